import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import { widenBfloat16, widenFloat16 } from "./half-floats.js";

/**
 * The safetensors container: 8 bytes little-endian header length, a JSON header, then the tensors' bytes without
 * gaps (format description in the README of huggingface/safetensors). Reading treats the file as hostile.
 */

export const mostHeaderBytes = 100_000_000;
export const mostEntries = 10_000;
const mostDimensions = 64;

const bytesPerElement: Readonly<Record<string, number>> = {
  BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1,
  I16: 2, U16: 2, F16: 2, BF16: 2,
  I32: 4, U32: 4, F32: 4,
  F64: 8, I64: 8, U64: 8,
};

const count = z.int().min(0);
const entrySchema = z.strictObject({
  dtype: z.string().max(32),
  shape: z.array(count).max(mostDimensions),
  data_offsets: z.tuple([count, count]),
});

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The tensor's bytes, a view into the file. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export interface FloatTensor {
  readonly shape: readonly number[];
  /** Row-major, as many as the shape says. */
  readonly values: Float32Array;
}

/** Where a tensor lies in a safetensors file. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/**
 * Reads the whole of a safetensors file. `name` is what messages call it.
 * @throws PromptTuningError kind "model" for anything that is not a well-formed file.
 */
export function parseSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const { metadata, entries } = parseSafetensorsHeader(bytes, bytes.length, name);
  const tensors = new Map([...entries].map(([key, { dtype, shape, begin, end }]) => [key, { dtype, shape, bytes: bytes.subarray(begin, end) }]));
  return { metadata, tensors };
}

/**
 * Bytes from the file's beginning that its header takes, by the first eight of them.
 * @throws PromptTuningError kind "model" where that cannot be.
 */
export function safetensorsHeaderEnd(begin: Uint8Array, fileSize: number, name: string): number {
  const refuse = refusal(name);
  if (fileSize < 8 || begin.length < 8) refuse(`It has ${Math.min(fileSize, begin.length)} bytes; even the header's length takes 8.`);
  const headerLength = new DataView(begin.buffer, begin.byteOffset, begin.byteLength).getBigUint64(0, true);
  if (headerLength > BigInt(mostHeaderBytes)) refuse(`Its header claims ${headerLength} bytes; at most ${mostHeaderBytes} are allowed.`);
  const end = 8 + Number(headerLength);
  if (end > fileSize) refuse(`Its header claims ${headerLength} bytes, but the file has only ${fileSize}: it was cut.`);
  return end;
}

/**
 * What a safetensors file holds, from its header alone, checked against the file's size.
 * @param begin at least the header's bytes.
 * @throws PromptTuningError kind "model" for anything that is not a well-formed file.
 */
export function parseSafetensorsHeader(begin: Uint8Array, fileSize: number, name: string): SafetensorsHeader {
  const refuse = refusal(name);
  const dataStart = safetensorsHeaderEnd(begin, fileSize, name);
  const header = parseHeader(begin.subarray(8, dataStart), refuse);
  const metadata = new Map<string, string>();
  const entries = new Map<string, TensorEntry>();
  const ranges: [begin: number, end: number, name: string][] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("Its metadata is not an object.");
      for (const [metaKey, text] of Object.entries(value as object)) {
        if (typeof text !== "string") refuse("Its metadata holds something other than text.");
        metadata.set(metaKey, text);
      }
      continue;
    }
    const shown = JSON.stringify(key.slice(0, 80));
    const entry = entrySchema.safeParse(value);
    if (!entry.success) return refuse(`The entry of tensor ${shown} is not { dtype, shape, data_offsets }.`);
    const { dtype, shape, data_offsets: [first, last] } = entry.data;
    const width = Object.hasOwn(bytesPerElement, dtype) ? bytesPerElement[dtype] : refuse(`Tensor ${shown} has the unknown type ${JSON.stringify(dtype)}.`);
    let size = width;
    for (const dimension of shape) {
      size *= dimension;
      if (!Number.isSafeInteger(size)) refuse(`The shape of tensor ${shown} overflows.`);
    }
    if (last < first || last - first !== size) refuse(`Tensor ${shown} needs ${size} bytes, but its range is ${first} to ${last}.`);
    if (last > fileSize - dataStart) refuse(`The range of tensor ${shown} leaves the file.`);
    entries.set(key, { dtype, shape, begin: dataStart + first, end: dataStart + last });
    ranges.push([first, last, shown]);
  }

  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let reached = 0;
  for (const [first, last, shown] of ranges) {
    if (first !== reached) refuse(`The range of tensor ${shown} ${first < reached ? "overlaps another one" : "leaves a hole before it"}.`);
    reached = last;
  }
  if (dataStart + reached !== fileSize) refuse(`${fileSize - dataStart - reached} bytes at its end belong to no tensor.`);
  return { metadata, entries };
}

/** A tensor's values as float32. F32, F16 and BF16 only. */
export function toFloatTensor(tensor: StoredTensor, tensorName: string, fileName: string): FloatTensor {
  const { dtype, shape, bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === "F16") return { shape, values: widenFloat16(view, 0, bytes.length / 2) };
  if (dtype === "BF16") return { shape, values: widenBfloat16(view, 0, bytes.length / 2) };
  if (dtype === "F32") {
    // A copy of the bytes keeps every bit (a NaN's payload too) and is aligned.
    const copy = new Uint8Array(bytes.length);
    copy.set(bytes);
    return { shape, values: new Float32Array(copy.buffer) };
  }
  throw new PromptTuningError("model", `Tensor "${tensorName}" of "${fileName}" cannot be read as numbers of 32 bits.`, {
    reason: `Its type is ${dtype}; F32, F16 and BF16 are supported.`,
    advice: "Save it again as float32.",
    file: fileName,
  });
}

/**
 * The bytes of a safetensors file with float32 tensors, in the order of their names (as the Python library writes
 * tensors of one type). Metadata keeps the order given.
 */
export function encodeSafetensors(tensors: Readonly<Record<string, FloatTensor>>, metadata: Readonly<Record<string, string>> = { format: "pt" }): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: [string, unknown][] = [["__metadata__", metadata]];
  let offset = 0;
  for (const name of names) {
    const { shape, values } = tensors[name];
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== values.length) throw new RangeError(`Tensor ${name}: shape ${shape.join("×")} for ${values.length} values.`);
    header.push([name, { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] }]);
    offset += values.byteLength;
  }
  // Written entry by entry: an object literal would treat a name such as "__proto__" or "1" in its own way.
  const text = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  const textBytes = new TextEncoder().encode(text);
  const headerLength = Math.ceil(textBytes.length / 8) * 8;
  const out = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.set(textBytes, 8);
  let position = 8 + headerLength;
  for (const name of names) {
    const { values } = tensors[name];
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return out;
}

type Refuse = (reason: string) => never;

function refusal(name: string): Refuse {
  return (reason) => {
    throw new PromptTuningError("model", `"${name}" is not a usable safetensors file.`, { reason, advice: "Fetch or export the file again.", file: name });
  };
}

function parseHeader(bytes: Uint8Array, refuse: Refuse): object {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    return refuse("Its header is not valid JSON.");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) return refuse("Its header is not a JSON object.");
  const entries = Object.keys(header).length;
  if (entries > mostEntries) refuse(`Its header has ${entries} entries; at most ${mostEntries} are allowed.`);
  // JSON.parse keeps the last of two equal keys in silence. A well-formed header nests two levels deep, so the keys
  // written and the keys kept can be counted against each other.
  let kept = entries;
  for (const value of Object.values(header)) {
    if (typeof value === "object" && value !== null) kept += Array.isArray(value) ? 0 : Object.keys(value).length;
  }
  const written = countKeys(text);
  if (written !== kept) refuse("Its header holds a key twice, or objects deeper than the format allows.");
  return header;
}

/** How many strings of a valid JSON text are followed by a colon. */
function countKeys(text: string): number {
  let keys = 0;
  for (let i = text.indexOf('"'); i !== -1; i = text.indexOf('"', i)) {
    i++;
    while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
    i++;
    while (text[i] === " " || text[i] === "\n" || text[i] === "\t" || text[i] === "\r") i++;
    if (text[i] === ":") keys++;
  }
  return keys;
}
