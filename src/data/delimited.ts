import { CsvError, parse } from "csv-parse/sync";
import { PromptTuningError } from "../common/errors.js";
import { mostColumns, type Table, type TableRow } from "./table.js";

/**
 * Reads separated values with a header line.
 * - `.tsv`: TAB between cells, no quoting at all (text/tab-separated-values): a quotation mark is a character.
 * - `.csv`: RFC 4180 quoting; comma between cells, or semicolon where the header has semicolons and no comma; a
 *   quotation mark inside an unquoted cell is a character.
 * Empty lines are skipped; every row must have as many cells as the header.
 * @throws PromptTuningError data.
 */
export function parseDelimited(file: string, text: string, kind: "tsv" | "csv"): Table {
  const notices: string[] = [];
  const separator = kind === "tsv" ? "\t" : csvSeparator(text);
  if (separator === ";") notices.push(`${file} is read with semicolons between cells, as its header has them and no comma.`);
  const records = parseRecords(file, text, kind, separator);
  const columns = headerOf(file, kind, records[0]?.cells ?? []);
  const body = records.slice(1);
  if (body.length === 0) {
    throw new PromptTuningError("data", `${file} has a header line and no rows.`, { file, line: 1, advice: "Put rows into it, or name another file." });
  }
  const ragged = body.filter((record) => record.cells.length !== columns.length);
  if (ragged.length > 0) {
    const [{ line, cells }] = ragged;
    throw new PromptTuningError("data", `${file}, line ${line}: the row has ${cells.length} cells, the header has ${columns.length}.`, {
      file,
      line,
      reason: ragged.length > 1 ? `${ragged.length} rows differ from the header.` : undefined,
      advice: kind === "tsv" ? "A TAB or line break inside a cell cannot be written in a .tsv file; use .csv with quotes or .jsonl." : "Put cells that hold the separator or a line break into double quotes.",
    });
  }
  const rows = body.map(({ line, cells }): TableRow => {
    const row = Object.create(null) as Record<string, string>;
    for (let i = 0; i < columns.length; i++) row[columns[i]] = cells[i];
    return { line, cells: row };
  });
  return { file, columns, rows, notices };
}

interface DelimitedRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

function parseRecords(file: string, text: string, kind: "tsv" | "csv", separator: string): DelimitedRecord[] {
  try {
    const parsed = parse(text, {
      delimiter: separator,
      quote: kind === "tsv" ? null : '"',
      escape: kind === "tsv" ? null : '"',
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n"],
      info: true,
    }) as unknown as { record: string[]; info: { lines: number; empty_lines: number } }[];
    return parsed.map(({ record, info }, index) => ({
      // csv-parse tells the line on which a row ends; a row without line breaks begins there too.
      line: Math.max(index === 0 ? 1 : parsed[index - 1].info.lines + 1, info.lines - breaksIn(record)),
      cells: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as CsvError & { lines?: unknown }).lines) || undefined;
    throw new PromptTuningError("data", `${file} cannot be read as ${kind.toUpperCase()}.`, {
      file,
      line,
      reason: error.code === "CSV_QUOTE_NOT_CLOSED" ? "A cell begins with a double quote that is never closed." : `${error.message}.`,
      advice: 'Inside a quoted cell, write a double quote as "".',
      cause: error,
    });
  }
}

function breaksIn(record: readonly string[]): number {
  let breaks = 0;
  for (const cell of record) if (cell.includes("\n")) breaks += cell.split("\n").length - 1;
  return breaks;
}

function csvSeparator(text: string): "," | ";" {
  const end = text.search(/[\r\n]/);
  const header = end < 0 ? text : text.slice(0, end);
  return !header.includes(",") && header.includes(";") ? ";" : ",";
}

function headerOf(file: string, kind: "tsv" | "csv", cells: readonly string[]): string[] {
  if (cells.length > mostColumns) {
    throw new PromptTuningError("data", `${file} has ${cells.length} columns.`, { file, line: 1, reason: `At most ${mostColumns} are read.`, advice: "Keep only the columns that are needed." });
  }
  if (kind === "tsv" && cells.every((cell) => /^".*"$/s.test(cell))) {
    throw new PromptTuningError("data", `The cells of ${file} are in quotes.`, {
      file,
      line: 1,
      reason: "In .tsv files quotation marks are ordinary characters.",
      advice: "Write the file without quotes, or as .csv with commas.",
    });
  }
  // Index columns of spreadsheets and data frames have no name.
  const columns = cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column)) throw new PromptTuningError("data", `${file} has two columns "${column}".`, { file, line: 1, advice: "Rename one of them." });
    seen.add(column);
  }
  return columns;
}
