import { PromptTuningError } from "../common/errors.js";
import { widenBfloat16, widenFloat16 } from "./half-floats.js";
import type { FloatTensor } from "./safetensors.js";

/**
 * NumPy's .npy file, float32, C order (format version 1.0; numpy.lib.format: magic, version, header length, a Python
 * dictionary literal padded with spaces so that the data begins at a multiple of 64, a newline, the data).
 */

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const mostHeaderBytes = 65_535;

/** The bytes of a .npy file. */
export function encodeNpy({ shape, values }: FloatTensor): Uint8Array {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (size !== values.length) throw new RangeError(`Shape ${shape.join("×")} for ${values.length} values.`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const out = new Uint8Array(10 + headerLength + values.byteLength);
  out.set([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  out.set(new TextEncoder().encode(dictionary.padEnd(headerLength - 1) + "\n"), 10);
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + headerLength);
  return out;
}

/**
 * Reads a .npy file of float32 or float16, little-endian, C order; "|V2" is bfloat16, as KoboldAI writes it.
 * @throws PromptTuningError kind "model"; object arrays (pickles) are refused.
 */
export function parseNpy(bytes: Uint8Array, name: string): FloatTensor {
  const refuse = (reason: string, advice = "Save the array again with numpy.save as float32."): never => {
    throw new PromptTuningError("model", `"${name}" is not a usable .npy file.`, { reason, advice, file: name });
  };
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) refuse("It does not begin with NumPy's mark.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3) refuse(`Its format version ${major} is unknown.`);
  const headerStart = major === 1 ? 10 : 12;
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = headerStart + headerLength;
  if (headerLength > mostHeaderBytes || dataStart > bytes.length) refuse("Its header is longer than the file or than allowed.");

  const header = new TextDecoder("latin1").decode(bytes.subarray(headerStart, dataStart));
  const type = /^\s*\{[^{}]*'descr'\s*:\s*'([^'\\]{1,16})'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape'\s*:\s*\(([0-9, ]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || tuple === undefined) return refuse("Its header does not say type, order and shape.");
  if (type.includes("O")) refuse("It holds Python objects (a pickle), which can run code when read and is never opened.");
  if (type !== "<f4" && type !== "<f2" && type !== "|V2") refuse(`Its type is ${JSON.stringify(type)}; only float32 and float16 (little-endian) are read.`);
  if (order === "True") refuse("It is stored in Fortran order.", "Save numpy.ascontiguousarray of it.");

  const shape = tuple.split(",").map((part) => part.trim()).filter((part) => part !== "").map(Number);
  let size = type === "<f4" ? 4 : 2;
  for (const dimension of shape) {
    size *= dimension;
    if (!Number.isSafeInteger(size)) refuse("Its shape overflows.");
  }
  if (size !== bytes.length - dataStart) refuse(`Its shape needs ${size} bytes, but ${bytes.length - dataStart} follow the header.`);
  // Copied by hand: a Buffer's slice would be a view, perhaps not aligned.
  const data = new Uint8Array(bytes.length - dataStart);
  data.set(bytes.subarray(dataStart));
  if (type === "<f4") return { shape, values: new Float32Array(data.buffer) };
  const widen = type === "|V2" ? widenBfloat16 : widenFloat16;
  return { shape, values: widen(new DataView(data.buffer), 0, data.length / 2) };
}
