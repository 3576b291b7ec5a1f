import { CsvError, Parser } from "csv-parse";
import { PromptTuningError } from "../../common/errors.js";
import type { Reading } from "../reading/reading.js";
import { BatchBuilder } from "./batch-builder.js";
import { delimitedHeader } from "./delimited-header.js";
import { longestRow, type ReadOptions, type RowBatch } from "./row-batch.js";
import { TextStream } from "./text-stream.js";

export type DelimitedReading = Reading & { format: "delimited" };

/**
 * Rows of separated values with a header line: RFC 4180 quoting, or none at all; a quotation mark inside an unquoted
 * cell is a character. Empty lines are skipped; every row must have as many cells as the header.
 * @throws PromptTuningError data, stopped.
 */
export async function* delimitedRows(file: string, reading: DelimitedReading, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { from } = options;
  const text = new TextStream(file, reading.encoding, options);
  let columns = from?.columns;
  const builder = new BatchBuilder(() => columns ?? [], from?.place);
  const linesBefore = (from?.place.line ?? 1) - 1;
  const parser = new RecordParser(reading, (cells, { line, bytes, lines }) => {
    if (columns === undefined) columns = delimitedHeader(file, reading, cells);
    else if (cells.length !== columns.length) throw ragged(file, reading, linesBefore + line, cells.length, columns.length);
    else builder.add(cells, linesBefore + line, () => ({ offset: text.fileOffset(bytes), line: linesBefore + lines + 1 }));
  });
  try {
    let written = 0;
    for await (const chunk of text.chunks()) {
      await parser.feed(chunk);
      written += chunk.length;
      if (written - parser.info.bytes > longestRow) throw tooLong(file, linesBefore + parser.nextLine);
      yield* builder.take();
    }
    if (options.firstBytes === undefined) await parser.finish();
  } catch (error) {
    throw error instanceof CsvError ? delimitedError(file, reading, linesBefore, error) : error;
  } finally {
    parser.destroy();
  }
  const end = { offset: text.fileOffset(parser.info.bytes), line: linesBefore + parser.info.lines + 1 };
  yield* columns === undefined ? [] : builder.finish(end);
}

interface RecordPlace {
  /** 1-based line on which the record begins. */
  readonly line: number;
  /** Bytes and lines up to the record's end. */
  readonly bytes: number;
  readonly lines: number;
}

/** csv-parse with its records taken where they are made: as a stream of objects each would cost more than its parsing. */
class RecordParser extends Parser {
  /** 1-based line on which the next record begins, where no empty line comes first. */
  nextLine = 1;

  constructor(
    reading: DelimitedReading,
    private readonly onRecord: (cells: readonly string[], place: RecordPlace) => void,
  ) {
    super({
      delimiter: reading.separator,
      quote: reading.quotes ? '"' : null,
      escape: reading.quotes ? '"' : null,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n"],
      max_record_size: longestRow,
    });
    // The errors are told by feed and finish.
    this.on("error", () => undefined);
  }

  override push(record: unknown): boolean {
    if (record === null) return super.push(null);
    const cells = record as string[];
    const { bytes, lines } = this.info;
    // csv-parse tells the line on which a row ends; a row without line breaks begins there too.
    const line = Math.max(this.nextLine, lines - breaksIn(cells));
    this.nextLine = lines + 1;
    this.onRecord(cells, { line, bytes, lines });
    return true;
  }

  feed(chunk: Buffer): Promise<void> {
    return new Promise((resolve, reject) => this.write(chunk, (error) => (error ? reject(error) : resolve())));
  }

  finish(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.once("error", reject);
      this.once("end", resolve);
      this.resume();
      this.end();
    });
  }
}

function breaksIn(record: readonly string[]): number {
  let breaks = 0;
  for (const cell of record) if (cell.includes("\n")) breaks += cell.split("\n").length - 1;
  return breaks;
}

function ragged(file: string, reading: DelimitedReading, line: number, cells: number, columns: number): PromptTuningError {
  return new PromptTuningError("data", `${file}, line ${line}: the row has ${cells} cells, the header has ${columns}.`, {
    file,
    line,
    advice: reading.quotes ? "Put cells that hold the separator or a line break into double quotes." : "A TAB or line break inside a cell cannot be written in a .tsv file; use .csv with quotes or .jsonl.",
  });
}

function tooLong(file: string, line: number): PromptTuningError {
  return new PromptTuningError("data", `${file}, line ${line}: the row is too long.`, {
    file,
    line,
    reason: `It has more than ${longestRow / 1024 / 1024} MB; most likely a double quote is never closed.`,
    advice: 'Inside a quoted cell, write a double quote as "".',
  });
}

function delimitedError(file: string, reading: DelimitedReading, linesBefore: number, error: CsvError): PromptTuningError {
  const at = Number((error as CsvError & { lines?: unknown }).lines) || undefined;
  if (error.code === "CSV_MAX_RECORD_SIZE") return tooLong(file, linesBefore + (at ?? 1));
  return new PromptTuningError("data", `${file} cannot be read as ${reading.separator === "\t" ? "TSV" : "CSV"}.`, {
    file,
    line: at && linesBefore + at,
    reason: error.code === "CSV_QUOTE_NOT_CLOSED" ? "A cell begins with a double quote that is never closed." : `${error.message}.`,
    advice: 'Inside a quoted cell, write a double quote as "".',
    cause: error,
  });
}
