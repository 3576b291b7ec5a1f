import { intAttribute } from "./attribute.js";
import type { Inference } from "./inference.js";
import type { Dimension, ElementType, TensorType } from "./tensor-type.js";

type Shape = readonly Dimension[];

function withWidth(shape: Shape | undefined, width: Dimension): Shape | undefined {
  return shape && [...shape.slice(0, -1), width];
}

/** A product with a weight of `N` rows that an attribute tells. */
const packedProduct: Inference = (node, [data]) => [{ elementType: data?.elementType, shape: withWidth(data?.shape, intAttribute(node.attributes, "N", 0)) }];

/** A product with a weight [K, N] of integers, given as the second input. */
const integerProduct =
  (elementType: ElementType): Inference =>
  (_node, [data, weight]) => [{ elementType, shape: weight?.shape?.length === 2 ? withWidth(data?.shape, weight.shape[1]) : undefined }];

const quantised = (data: TensorType | undefined, elementType: ElementType | undefined): TensorType => ({ elementType, shape: data?.shape });

/** Rows of a table quantised in blocks; two numbers of 4 bits share a byte where the table is one of bytes. */
const gatherBlockQuantized: Inference = (node, [data, indices, scales]) => {
  const width = data?.shape?.[1];
  const packed = data?.elementType === "uint8" && intAttribute(node.attributes, "bits", 4) === 4;
  const known = data?.shape?.length === 2 && typeof width === "number" && indices?.shape;
  return [{ elementType: scales?.elementType, shape: known ? [...known, packed ? width * 2 : width] : undefined }];
};

/** Operators on quantised numbers. */
export const quantisedInferences: Readonly<Record<string, Inference>> = {
  MatMulNBits: packedProduct,
  MatMulBnb4: packedProduct,
  MatMulInteger: integerProduct("int32"),
  DynamicQuantizeMatMul: integerProduct("float32"),
  MatMulIntegerToFloat: integerProduct("float32"),
  GatherBlockQuantized: gatherBlockQuantized,
  DequantizeLinear: (_node, [data, scale]) => [quantised(data, scale?.elementType)],
  QuantizeLinear: (_node, [data, , zeroPoint]) => [quantised(data, zeroPoint?.elementType ?? "uint8")],
  DynamicQuantizeLinear: (_node, [data]) => [quantised(data, "uint8"), { elementType: "float32", shape: [] }, { elementType: "uint8", shape: [] }],
};
