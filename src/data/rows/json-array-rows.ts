import { TokenizerError } from "@streamparser/json";
import { PromptTuningError } from "../../common/errors.js";
import type { Reading } from "../reading/reading.js";
import { BatchBuilder } from "./batch-builder.js";
import { JsonArrayScanner, JsonScanError } from "./json-array-scanner.js";
import { jsonComplaint, JsonObjects } from "./json-objects.js";
import { longestRow, type ReadOptions, type RowBatch } from "./row-batch.js";
import { TextStream } from "./text-stream.js";

const lineFeed = 0x0a;
const leftBrace = 0x7b;

/** Rows of an array of JSON objects, one object at a time in memory. @throws PromptTuningError data, stopped. */
export async function* jsonArrayRows(file: string, reading: Reading & { format: "json" }, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { from } = options;
  const text = new TextStream(file, reading.encoding, options);
  const objects = new JsonObjects(file, reading.layout, from?.columns);
  const builder = new BatchBuilder(() => objects.columns, from?.place);
  let linesBefore = 0;
  /** The bytes from `windowStart` on: those of the element that is being read, at least. */
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;

  const scanner = new JsonArrayScanner(reading.at, from !== undefined, ({ start, end }) => {
    const row = builder.count + 1;
    const bytes = window.subarray(start - windowStart, end - windowStart);
    const value = bytes[0] === leftBrace ? parseElement(file, bytes, linesBefore + linesIn(window.subarray(0, start - windowStart))) : undefined;
    builder.add(objects.row(value, row, `row ${row}`), row, () => ({ offset: text.fileOffset(end), line: row + 1 }));
  });
  let read = 0;
  try {
    for await (const chunk of text.chunks()) {
      const keep = scanner.elementStart === undefined ? window.length : scanner.elementStart - windowStart;
      linesBefore += linesIn(window.subarray(0, keep));
      window = Buffer.concat([window.subarray(keep), chunk]);
      windowStart += keep;
      read += chunk.length;
      scanner.write(chunk);
      if (scanner.elementStart !== undefined && read - scanner.elementStart > longestRow) throw tooLong(file, builder.count + 1);
      yield* builder.take();
      if (scanner.state === "behind" && from !== undefined) break;
    }
    if (options.firstBytes === undefined) scanner.finish();
  } catch (error) {
    throw error instanceof JsonScanError || error instanceof TokenizerError ? broken(file, linesBefore + linesIn(window), error) : error;
  }
  yield* builder.finish({ offset: text.fileOffset(scanner.elementStart ?? read), line: builder.count + 1 });
}

function parseElement(file: string, bytes: Buffer, linesBefore: number): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw broken(file, linesBefore + linesIn(bytes), error);
  }
}

function broken(file: string, linesBefore: number, error: unknown): PromptTuningError {
  const what = error instanceof JsonScanError ? `${file} is not an array of objects: ${error.message}.` : `${file} is not JSON: it breaks at line ${linesBefore + 1} or before.`;
  return new PromptTuningError("data", what, {
    file,
    line: linesBefore + 1,
    reason: error instanceof JsonScanError ? undefined : jsonComplaint(error),
    advice: "Write an array of objects: [{...}, {...}]. A file with one object a line is called .jsonl.",
    cause: error,
  });
}

function tooLong(file: string, row: number): PromptTuningError {
  return new PromptTuningError("data", `${file}, row ${row}: the object is too long.`, { file, line: row, reason: `It has more than ${longestRow / 1024 / 1024} MB; most likely a bracket or a double quote is never closed.` });
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}
