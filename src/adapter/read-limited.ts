import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { PromptTuningError } from "../common/errors.js";
import { storageError } from "../runs/storage-error.js";

export const mostConfigBytes = 1024 * 1024;
export const mostWeightBytes = 1024 * 1024 * 1024;

export const exists = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;

/** Reads a file that others made, if it is not larger than allowed. @throws PromptTuningError kind "model" or "storage". */
export function readLimited(file: string, most: number): Buffer {
  try {
    const handle = openSync(file, "r");
    try {
      const { size } = fstatSync(handle);
      if (size > most) throw new PromptTuningError("model", `"${file}" is too large.`, { reason: `It has ${size} bytes; at most ${most} are read.`, advice: "Check whether it is the right file.", file });
      const bytes = Buffer.alloc(size);
      let read = 0;
      for (let count = -1; read < size && count !== 0; read += count) count = readSync(handle, bytes, read, size - read, read);
      return bytes.subarray(0, read);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw storageError("read the file", file, error);
  }
}
