import { open, stat } from "node:fs/promises";
import { PromptTuningError } from "../common/errors.js";
import { parserOf } from "./read-table.js";
import type { Table } from "./table.js";
import { decodeText } from "./text-file.js";

/** Bytes of a data file that are looked at: enough for its columns and for most of its labels. */
export const peekedBytes = 256 * 1024;

/** The beginning of a data file. */
export interface TablePeek extends Table {
  /** Whether this is the whole file. */
  readonly whole: boolean;
}

/**
 * Reads the beginning of a data file: its columns and first rows, never more than `peekedBytes`. Where the beginning holds
 * no whole row, nothing can be said: undefined.
 * @throws PromptTuningError data: there is no such file, or it is no data file that can be read.
 */
export async function peekTable(file: string): Promise<TablePeek | undefined> {
  const parse = parserOf(file);
  const { bytes, size } = await readBeginning(file);
  if (size <= bytes.length) return { ...parse(file, decodeText(file, bytes)), whole: true };
  const cut = bytes.lastIndexOf(0x0a);
  const array = file.toLowerCase().endsWith(".json");
  if (cut < 0 && !array) return undefined;
  // A line break is no part of a longer UTF-8 sequence; an array may have none, so its last bytes may be half a character.
  const text = array ? wholeObjects(new TextDecoder("utf-8").decode(bytes)) : decodeText(file, bytes.subarray(0, cut + 1));
  return text === undefined ? undefined : parseBeginning(file, text, parse);
}

/** A cut can fall into a quoted cell of several lines: with fewer lines it does not. What stays wrong is for those who read the whole file. */
function parseBeginning(file: string, text: string, parse: (file: string, text: string) => Table): TablePeek | undefined {
  for (let lines = text.split("\n"); lines.length >= 2; lines = lines.slice(0, Math.floor(lines.length / 2))) {
    try {
      return { ...parse(file, lines.join("\n")), whole: false };
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
    }
  }
  return undefined;
}

/** The beginning of a JSON array, closed behind its last whole object. */
function wholeObjects(text: string): string | undefined {
  let depth = 0;
  let inString = false;
  let end = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") {
      depth--;
      if (depth === 1 && character === "}") end = at;
    }
  }
  return end < 0 ? undefined : `${text.slice(0, end + 1)}\n]`;
}

async function readBeginning(file: string): Promise<{ bytes: Buffer; size: number }> {
  try {
    // Asked before it is opened: opening a pipe that nobody writes to would wait for ever.
    if (!(await stat(file)).isFile()) throw new PromptTuningError("data", `${file} is not a file.`, { file, advice: "Name a .tsv, .csv, .jsonl or .json file." });
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, peekedBytes));
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { bytes: buffer.subarray(0, length), size: length < buffer.length ? length : size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    throw new PromptTuningError("data", missing ? `There is no file ${file}.` : `The data file ${file} cannot be opened.`, {
      file,
      reason: missing ? undefined : `Opening it failed (${code ?? "unknown error"}).`,
      advice: missing ? undefined : "Check its permissions.",
      cause: error,
    });
  }
}
