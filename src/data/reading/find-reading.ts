import { stat } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { PromptTuningError } from "../../common/errors.js";
import { isChat } from "../rows/chat-messages.js";
import { openDataFile, openingError } from "../rows/file-bytes.js";
import { openParquet } from "../rows/parquet-file.js";
import { formatByEnding } from "./file-endings.js";
import { findEncoding } from "./find-encoding.js";
import { findJsonPlace } from "./find-json-place.js";
import { findSeparator } from "./find-separator.js";
import { hubLabels } from "./hub-labels.js";
import { type Encoding, describeReading, type Reading } from "./reading.js";

/** Bytes of a file that are looked at. */
const lookedAt = 256 * 1024;

/** What a person has said about a file; the rest is found out. */
export interface ReadingChoices {
  readonly encoding?: Encoding;
}

export interface FoundReading {
  readonly reading: Reading;
  /** What a person should know about how the file is read. */
  readonly notices: readonly string[];
}

/**
 * Finds out how a file (or a folder of text files a class) becomes rows, from its ending and its beginning.
 * @throws PromptTuningError data: there is none, it is no data file, it is empty.
 */
export async function findReading(file: string, choices: ReadingChoices = {}): Promise<FoundReading> {
  const found = await stat(file).catch((error: unknown) => {
    throw openingError(file, error);
  });
  if (found.isDirectory()) return { reading: { format: "texts" }, notices: [] };
  const format = formatByEnding(file);
  if (format === "parquet") return findParquet(file);
  const { bytes, whole } = await beginning(file);
  const { encoding, byteOrderMark } = choices.encoding ? { encoding: choices.encoding, byteOrderMark: false } : findEncoding(file, bytes, whole);
  const text = new TextDecoder(encoding).decode(bytes);
  if (text.trim() === "") throw new PromptTuningError("data", `The data file ${file} is empty.`, { file, advice: "Put rows into it, or name another file." });
  const reading = findText(file, format, encoding, text);
  const plain = encoding === "utf-8" && !(reading.format === "delimited" && reading.separator !== "\t" && reading.separator !== ",");
  const notices = plain ? [] : [`${file} is read as ${describeReading(reading)}${byteOrderMark ? ", with a byte order mark" : ""}.`];
  if ("layout" in reading && reading.layout === "chat") notices.push(`${file} holds chat messages: its columns are system, input and output (the last answer).`);
  return { reading, notices };
}

function findText(file: string, format: "delimited" | "jsonl" | "json", encoding: Encoding, text: string): Reading {
  if (format === "delimited") {
    if (file.toLowerCase().endsWith(".tsv")) return { format, encoding, separator: "\t", quotes: false };
    return { format, encoding, separator: findSeparator(text), quotes: true };
  }
  if (format === "jsonl") {
    const line = text.split("\n", 100).find((content) => content.trim() !== "") ?? "";
    return { format, encoding, layout: layoutOf(line) };
  }
  const at = findJsonPlace(text) ?? [];
  return { format, encoding, layout: /^\s*\[\s*\{\s*"messages"\s*:/.test(text) ? "chat" : "rows", at };
}

function layoutOf(json: string): "rows" | "chat" {
  try {
    return isChat(JSON.parse(json)) ? "chat" : "rows";
  } catch {
    // Reading it will say what is wrong.
    return "rows";
  }
}

async function findParquet(file: string): Promise<FoundReading> {
  const parquet = await openParquet(file);
  try {
    const labels = hubLabels(parquet.metadata.key_value_metadata, parquet.columns);
    return {
      reading: { format: "parquet", ...(labels.length > 0 ? { labels } : {}) },
      notices: labels.map(({ column, names }) => `The numbers of "${column}" in ${file} are shown by their names (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}), as the file tells them.`),
    };
  } finally {
    await parquet.close();
  }
}

async function beginning(file: string): Promise<{ bytes: Buffer; whole: boolean }> {
  const { handle, size } = await openDataFile(file);
  try {
    const buffer = Buffer.alloc(Math.min(size, lookedAt));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0).catch((error: unknown) => {
      throw openingError(file, error);
    });
    return { bytes: buffer.subarray(0, bytesRead), whole: bytesRead === size };
  } finally {
    await handle.close();
  }
}
