import { open } from "node:fs/promises";
import { PromptTuningError } from "../common/errors.js";

/** Larger files are refused before anything is allocated (a string of V8 ends at half a gigabyte). */
export const largestDataFile = 256 * 1024 * 1024;

/**
 * The text of a UTF-8 file, without its byte order mark.
 * @throws PromptTuningError data: missing, no file, empty, too large, not UTF-8, binary.
 */
export async function readTextFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const handle = await open(file, "r");
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new PromptTuningError("data", `${file} is not a file.`, { file, advice: "Name a .tsv, .csv, .jsonl or .json file." });
      if (found.size > largestDataFile) {
        throw new PromptTuningError("data", `${file} is too large.`, {
          file,
          reason: `It has ${(found.size / 1e6).toFixed(0)} MB; data files are read up to ${largestDataFile / 1024 / 1024} MB.`,
          advice: "Split it, or keep only the columns and rows that are needed.",
        });
      }
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new PromptTuningError("data", `The data file ${file} cannot be opened.`, {
      file,
      reason: code === "ENOENT" || code === "ENOTDIR" ? "There is no such file." : `Opening it failed (${code ?? "unknown error"}).`,
      advice: "Check the path; it is relative to the experiment file.",
      cause: error,
    });
  }
  return decodeText(file, bytes);
}

/** The text of a data file's bytes. @throws PromptTuningError data: not UTF-8, binary, empty. */
export function decodeText(file: string, bytes: Buffer): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) throw notText(file, "It is written in UTF-16.");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notText(file, `The bytes at offset ${firstBadByte(bytes)} are not UTF-8.`);
  }
  if (text.includes("\0")) throw notText(file, "It holds NUL characters, as binary files and UTF-16 do.");
  if (text.trim() === "") throw new PromptTuningError("data", `The data file ${file} is empty.`, { file, advice: "Put a header line and rows into it, or name another file." });
  return text;
}

function notText(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("data", `${file} is not a UTF-8 text file.`, { file, reason, advice: "Save it as UTF-8." });
}

/** Offset of the block of 64 bytes in which UTF-8 breaks. */
function firstBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let offset = 0; offset < bytes.length; offset += 64) {
    try {
      decoder.decode(bytes.subarray(offset, offset + 64), { stream: true });
    } catch {
      return offset;
    }
  }
  return bytes.length;
}
