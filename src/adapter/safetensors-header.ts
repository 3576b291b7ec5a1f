import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { parseSafetensorsHeader, type SafetensorsHeader, safetensorsHeaderEnd } from "./safetensors.js";

/** A header beyond this belongs to no model or adapter. */
const mostHeaderRead = 32 * 1024 * 1024;

/**
 * The header of a safetensors file, without reading its tensors.
 * @throws PromptTuningError kind "model" for anything that is not a well-formed file; the system's errors as they are.
 */
export function readSafetensorsHeader(file: string): { header: SafetensorsHeader; size: number } {
  const name = path.basename(file);
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const end = safetensorsHeaderEnd(readBegin(handle, Math.min(8, size)), size, name);
    if (end > mostHeaderRead) throw new PromptTuningError("model", `"${name}" has a header too large to be read.`, { reason: `It takes ${end} bytes.`, advice: "Check whether it is the right file.", file });
    return { header: parseSafetensorsHeader(readBegin(handle, end), size, name), size };
  } finally {
    closeSync(handle);
  }
}

function readBegin(handle: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let read = 0;
  for (let count = -1; read < length && count !== 0; read += count) count = readSync(handle, bytes, read, length - read, read);
  return bytes.subarray(0, read);
}
