import type { ElementType } from "./tensor-type.js";

/** Where the bytes of a weight lie when they are not in the model file: never copied into JavaScript. */
export interface ExternalData {
  /** Plain file name inside the model's folder. */
  readonly location: string;
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A constant tensor of a graph. */
export interface Initializer {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  /** Little-endian, row-major bytes, or a reference to them. */
  readonly data: Uint8Array | ExternalData;
}

export function isExternal(data: Initializer["data"]): data is ExternalData {
  return !(data instanceof Uint8Array);
}

export function floatInitializer(name: string, shape: readonly number[], values: ArrayLike<number>): Initializer {
  const array = Float32Array.from(values);
  return { name, elementType: "float32", shape, data: new Uint8Array(array.buffer) };
}

const [leastInt64, mostInt64] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A whole number as ONNX's 64 bits: "to the end" is written as 2⁶³ − 1, which a double rounds to 2⁶³. */
export function int64(value: number): bigint {
  const exact = BigInt(value);
  return exact > mostInt64 ? mostInt64 : exact < leastInt64 ? leastInt64 : exact;
}

export function integerInitializer(name: string, shape: readonly number[], values: readonly number[]): Initializer {
  const array = BigInt64Array.from(values, int64);
  return { name, elementType: "int64", shape, data: new Uint8Array(array.buffer) };
}

/** The values of a small integer tensor; undefined when it is external or not of an integer type. */
export function integerValues(initializer: Initializer): number[] | undefined {
  const { data, elementType } = initializer;
  if (isExternal(data)) return undefined;
  // A copy aligns the bytes, which may start anywhere inside the model file (a Buffer's slice would be no copy).
  const bytes = new Uint8Array(data).buffer;
  if (elementType === "int64") return Array.from(new BigInt64Array(bytes), Number);
  if (elementType === "int32") return Array.from(new Int32Array(bytes));
  return undefined;
}

/** The values of a small float32 tensor; undefined when it is external or of another type. */
export function floatValues(initializer: Initializer): Float32Array | undefined {
  const { data, elementType } = initializer;
  if (isExternal(data) || elementType !== "float32") return undefined;
  return new Float32Array(new Uint8Array(data).buffer);
}
