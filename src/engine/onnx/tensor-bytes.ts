import { PromptTuningError } from "../../common/errors.js";
import type { ElementType } from "../graph/tensor-type.js";
import type { TensorProto } from "./onnx_pb.js";
import { printable } from "./printable.js";

const bitsPerElement: Readonly<Record<Exclude<ElementType, "string">, number>> = {
  float32: 32, float64: 64, float16: 16, bfloat16: 16, int8: 8, uint8: 8, int16: 16, uint16: 16,
  int32: 32, uint32: 32, int64: 64, uint64: 64, bool: 8, int4: 4, uint4: 4,
};

/** Bytes that a tensor takes; undefined when the count is not a safe integer or the type has no fixed size. */
export function byteLength(elementType: ElementType, shape: readonly number[]): number | undefined {
  if (elementType === "string") return undefined;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  const bytes = Math.ceil((count * bitsPerElement[elementType]) / 8);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The little-endian bytes of a tensor that lies inside the model file, whichever of ONNX's fields holds it. */
export function inlineBytes(tensor: TensorProto, elementType: ElementType, shape: readonly number[], file?: string): Uint8Array {
  if (elementType === "string") return new Uint8Array(0);
  const expected = byteLength(elementType, shape);
  const bytes = tensor.rawData.length > 0 ? tensor.rawData : fromTypedField(tensor, elementType);
  if (expected === undefined || bytes.length !== expected) {
    throw new PromptTuningError("model", `The weight "${printable(tensor.name)}" holds ${bytes.length} bytes where its shape [${shape.join(", ")}] needs ${expected ?? "too many"}.`, {
      advice: "The file is damaged; download or export it again.",
      file,
    });
  }
  return bytes;
}

function fromTypedField(tensor: TensorProto, elementType: ElementType): Uint8Array {
  const view = (array: { buffer: ArrayBufferLike; byteLength: number }): Uint8Array => new Uint8Array(array.buffer, 0, array.byteLength);
  switch (elementType) {
    case "float32":
      return view(Float32Array.from(tensor.floatData));
    case "float64":
      return view(Float64Array.from(tensor.doubleData));
    case "int64":
      return view(BigInt64Array.from(tensor.int64Data));
    case "uint64":
      return view(BigUint64Array.from(tensor.uint64Data));
    case "uint32":
      return view(Uint32Array.from(tensor.uint64Data, Number));
    case "int32":
      return view(Int32Array.from(tensor.int32Data));
    case "float16":
    case "bfloat16":
    case "int16":
    case "uint16":
      return view(Uint16Array.from(tensor.int32Data));
    default:
      return view(Uint8Array.from(tensor.int32Data));
  }
}
