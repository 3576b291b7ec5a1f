import { TensorProto_DataType as DataType } from "../onnx/onnx_pb.js";

/** ONNX element types by their names in onnxruntime's JavaScript API, where it has one. */
export const elementTypes = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  int16: DataType.INT16,
  uint16: DataType.UINT16,
  int32: DataType.INT32,
  uint32: DataType.UINT32,
  int64: DataType.INT64,
  uint64: DataType.UINT64,
  bool: DataType.BOOL,
  string: DataType.STRING,
  int4: DataType.INT4,
  uint4: DataType.UINT4,
} as const;
export type ElementType = keyof typeof elementTypes;

const namesByCode = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, code]) => [code, name as ElementType]),
);

/** Name of an ONNX data type; undefined for types this program never touches (complex, float8, ...). */
export function elementTypeFromCode(code: number | undefined): ElementType | undefined {
  return code === undefined ? undefined : namesByCode.get(code);
}

/** A size, the name of a size that is only known at run time, or undefined where nothing is known. */
export type Dimension = number | string | undefined;

export interface TensorType {
  /** undefined: not known. */
  readonly elementType?: ElementType;
  /** undefined: not even the rank is known. */
  readonly shape?: readonly Dimension[];
}

export function isFloating(type: TensorType | undefined): boolean {
  const element = type?.elementType;
  return element === undefined || element === "float32" || element === "float64" || element === "float16" || element === "bfloat16";
}

/** True when both dimensions are known to be the same. */
export function sameDimension(a: Dimension, b: Dimension): boolean {
  return a !== undefined && a === b;
}
