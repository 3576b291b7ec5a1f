import { PromptTuningError } from "../../common/errors.js";
import type { Reading } from "../reading/reading.js";
import { BatchBuilder } from "./batch-builder.js";
import { jsonComplaint, JsonObjects } from "./json-objects.js";
import { longestRow, type ReadOptions, type RowBatch } from "./row-batch.js";
import { TextStream } from "./text-stream.js";

const lineFeed = 0x0a;

/** Rows of a file with one JSON object a line; empty lines are skipped. @throws PromptTuningError data (with the line), stopped. */
export async function* jsonLinesRows(file: string, reading: Reading & { format: "jsonl" }, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { from } = options;
  const text = new TextStream(file, reading.encoding, options);
  const objects = new JsonObjects(file, reading.layout, from?.columns);
  const builder = new BatchBuilder(() => objects.columns, from?.place);
  let line = (from?.place.line ?? 1) - 1;
  let offset = 0;
  let pieces: Buffer[] = [];
  let held = 0;

  const take = (end: Buffer, behind: number): void => {
    const content = Buffer.concat([...pieces, end]).toString("utf8");
    pieces = [];
    held = 0;
    line++;
    if (content.trim() === "") return;
    builder.add(objects.row(parseLine(file, line, content), line, `line ${line}`), line, () => ({ offset: text.fileOffset(behind), line: line + 1 }));
  };

  for await (const chunk of text.chunks()) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end), offset + end + 1);
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
    held += chunk.length - start;
    offset += chunk.length;
    if (held > longestRow) throw tooLong(file, line + 1);
    yield* builder.take();
  }
  if (options.firstBytes === undefined && held > 0) take(Buffer.alloc(0), offset);
  yield* builder.finish({ offset: text.fileOffset(offset - held), line: line + 1 });
}

function parseLine(file: string, line: number, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new PromptTuningError("data", `${file}, line ${line}: this is not JSON.`, { file, line, reason: jsonComplaint(error), advice: "Every line must be one JSON object.", cause: error });
  }
}

function tooLong(file: string, line: number): PromptTuningError {
  return new PromptTuningError("data", `${file}, line ${line}: the line is too long.`, { file, line, reason: `It has more than ${longestRow / 1024 / 1024} MB.`, advice: "Every line must be one JSON object; an array of objects is called .json." });
}
