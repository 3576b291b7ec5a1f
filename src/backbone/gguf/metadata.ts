import { PromptTuningError } from "../../common/errors.js";
import { quoted } from "../quoted.js";
import { brokenGguf, type HeaderCursor } from "./header-cursor.js";

/** Numbers of an array, kept in the width of the file (booleans as 0 and 1 in a Uint8Array). */
export type GgufNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;
export type GgufValue = string | number | bigint | boolean | GgufNumbers | readonly string[];
/** Key → value. A Map, so that a key such as `__proto__` is a key like any other. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

// Well above any known model (the largest vocabularies have 260,000 tokens and 520,000 merges), and low enough
// that a file cannot make us hold more than twice its size plus 64 MB: a two-byte string takes 10 bytes in the
// file and about 32 in memory.
const maximumStrings = 1_500_000;
const maximumKeys = 20_000;
const maximumKeyBytes = 65_535;
const maximumStringBytes = 16 * 1024 * 1024;

const typeNumbers = { string: 8, array: 9 } as const;

type Scalar = (cursor: HeaderCursor, what: string) => string | number | bigint | boolean;
/** gguf_metadata_value_type of the GGUF specification (ggml/docs/gguf.md). */
const scalars = new Map<number, Scalar>([
  [0, (cursor, what) => cursor.uint8(what)],
  [1, (cursor, what) => cursor.int8(what)],
  [2, (cursor, what) => cursor.uint16(what)],
  [3, (cursor, what) => cursor.int16(what)],
  [4, (cursor, what) => cursor.uint32(what)],
  [5, (cursor, what) => cursor.int32(what)],
  [6, (cursor, what) => cursor.float32(what)],
  [7, (cursor, what) => readBoolean(cursor, what)],
  [typeNumbers.string, (cursor, what) => cursor.string(what, maximumStringBytes)],
  [10, (cursor, what) => cursor.uint64(what)],
  [11, (cursor, what) => cursor.int64(what)],
  [12, (cursor, what) => cursor.float64(what)],
]);

type NumbersConstructor = { new (buffer: ArrayBuffer): GgufNumbers; readonly BYTES_PER_ELEMENT: number };
const numberArrays = new Map<number, NumbersConstructor>([
  [0, Uint8Array],
  [1, Int8Array],
  [2, Uint16Array],
  [3, Int16Array],
  [4, Uint32Array],
  [5, Int32Array],
  [6, Float32Array],
  [7, Uint8Array],
  [10, BigUint64Array],
  [11, BigInt64Array],
  [12, Float64Array],
]);

/** Reads the key–value section. Throws a PromptTuningError of kind "model". */
export function readMetadata(cursor: HeaderCursor, pairs: number): GgufMetadata {
  if (pairs > maximumKeys) {
    throw brokenGguf(cursor.file, `It announces ${pairs} metadata keys; at most ${maximumKeys} are accepted.`);
  }
  const metadata = new Map<string, GgufValue>();
  const budget = { strings: maximumStrings };
  for (let pair = 0; pair < pairs; pair++) {
    const key = cursor.string(`metadata key ${pair + 1}`, maximumKeyBytes);
    if (key === "") throw brokenGguf(cursor.file, `Metadata key ${pair + 1} is empty.`);
    if (metadata.has(key)) throw brokenGguf(cursor.file, `The metadata key ${quoted(key)} occurs twice.`);
    metadata.set(key, readValue(cursor, key, budget));
  }
  return metadata;
}

function readValue(cursor: HeaderCursor, key: string, budget: { strings: number }): GgufValue {
  const what = `the value of ${quoted(key)}`;
  const type = cursor.uint32(what);
  const scalar = scalars.get(type);
  if (scalar) return scalar(cursor, what);
  if (type !== typeNumbers.array) {
    throw brokenGguf(cursor.file, `The value of ${quoted(key)} has the unknown type ${type}.`);
  }
  const elementType = cursor.uint32(what);
  if (elementType === typeNumbers.string) {
    const count = cursor.count(`the number of strings of ${quoted(key)}`, budget.strings, 8);
    budget.strings -= count;
    const strings = new Array<string>(count);
    for (let index = 0; index < count; index++) strings[index] = cursor.string(what, maximumStringBytes);
    return strings;
  }
  const Numbers = numberArrays.get(elementType);
  if (!Numbers) {
    // llama.cpp refuses arrays of arrays too.
    throw brokenGguf(cursor.file, `The array of ${quoted(key)} has elements of the unknown type ${elementType}.`);
  }
  const width = Numbers.BYTES_PER_ELEMENT;
  const count = cursor.count(`the number of elements of ${quoted(key)}`, 64 * 1024 * 1024, width);
  // A typed array over the file's bytes: GGUF is little-endian, as is every machine onnxruntime-node runs on.
  return new Numbers(cursor.bytes(count * width).buffer as ArrayBuffer);
}

function readBoolean(cursor: HeaderCursor, what: string): boolean {
  const byte = cursor.uint8(what);
  if (byte > 1) throw brokenGguf(cursor.file, `A true-or-false value holds ${byte} (${what}).`);
  return byte === 1;
}

function wrongType(file: string, key: string, wanted: string): PromptTuningError {
  return new PromptTuningError("model", `The model file's metadata is wrong: ${quoted(key)} should be ${wanted}.`, {
    advice: "Use another file of this model.",
    file,
  });
}

/** The text under a key, undefined where the key is absent. Another type is an error. */
export function metadataText(metadata: GgufMetadata, key: string, file = ""): string | undefined {
  const value = metadata.get(key);
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(file, key, "a text");
}

/** The number under a key (64-bit integers too, where they are exact), undefined where the key is absent. */
export function metadataNumber(metadata: GgufMetadata, key: string, file = ""): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  throw wrongType(file, key, "a finite number");
}

export function metadataBoolean(metadata: GgufMetadata, key: string, file = ""): boolean | undefined {
  const value = metadata.get(key);
  if (value === undefined || typeof value === "boolean") return value;
  throw wrongType(file, key, "true or false");
}

export function metadataStrings(metadata: GgufMetadata, key: string, file = ""): readonly string[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value as readonly string[];
  throw wrongType(file, key, "a list of texts");
}

export function metadataNumbers(metadata: GgufMetadata, key: string, file = ""): GgufNumbers | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (ArrayBuffer.isView(value)) return value;
  throw wrongType(file, key, "a list of numbers");
}
