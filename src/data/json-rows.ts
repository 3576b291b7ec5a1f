import { visit } from "jsonc-parser";
import { PromptTuningError } from "../common/errors.js";
import { mostColumns, type Table, type TableRow } from "./table.js";

/** One JSON object a line. @throws PromptTuningError data, with the line. */
export function parseJsonLines(file: string, text: string): Table {
  const rows: TableRow[] = [];
  const columns = new Set<string>();
  let line = 0;
  for (const content of linesOf(text)) {
    line++;
    if (content.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch (error) {
      throw new PromptTuningError("data", `${file}, line ${line}: this is not JSON.`, {
        file,
        line,
        reason: complaint(error),
        advice: "Every line must be one JSON object.",
        cause: error,
      });
    }
    rows.push(toRow(file, line, `line ${line}`, value, columns));
  }
  return finish(file, columns, rows);
}

/** An array of JSON objects. @throws PromptTuningError data. */
export function parseJsonArray(file: string, text: string): Table {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, offsetOfError(text)).split("\n");
    throw new PromptTuningError("data", `${file} is not JSON: it breaks at line ${before.length}.`, {
      file,
      line: before.length,
      column: before[before.length - 1].length + 1,
      reason: complaint(error),
      advice: "Write an array of objects: [{...}, {...}]. A file with one object a line is called .jsonl.",
      cause: error,
    });
  }
  if (!Array.isArray(value)) {
    throw new PromptTuningError("data", `${file} is not an array of objects.`, { file, advice: "Write the rows as [{...}, {...}]." });
  }
  const columns = new Set<string>();
  const rows = value.map((item: unknown, i) => toRow(file, i + 1, `row ${i + 1}`, item, columns));
  return finish(file, columns, rows);
}

/** Where JSON stops being JSON: the messages of JSON.parse do not always tell. */
function offsetOfError(text: string): number {
  let first = text.length;
  try {
    visit(text, { onError: (_code, offset) => void (first = Math.min(first, offset)) }, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // Nested too deeply for the visitor: the place stays unknown, the end stands for it.
  }
  return first;
}

function complaint(error: unknown): string | undefined {
  return error instanceof Error ? `${error.message.replace(/\s+/g, " ").slice(0, 200)}.` : undefined;
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    yield text.slice(start, stop);
    start = stop + 1;
  }
}

function toRow(file: string, line: number, where: string, value: unknown, columns: Set<string>): TableRow {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PromptTuningError("data", `${file}, ${where}: this is not an object.`, { file, line, advice: 'Every row must be an object, such as {"text": "...", "label": "..."}.' });
  }
  const cells = Object.create(null) as Record<string, string>;
  for (const [column, cell] of Object.entries(value)) {
    columns.add(column);
    if (cell !== null) cells[column] = toText(file, line, where, column, cell);
  }
  if (columns.size > mostColumns) {
    throw new PromptTuningError("data", `${file} has more than ${mostColumns} columns.`, { file, line, advice: "Give all rows the same keys." });
  }
  return { line, cells };
}

/** Strings as they are (a lone surrogate becomes U+FFFD), numbers and booleans as JSON writes them, lists and objects as JSON. */
function toText(file: string, line: number, where: string, column: string, cell: unknown): string {
  if (typeof cell === "string") return cell.replace(/\p{Surrogate}/gu, "\ufffd");
  try {
    return JSON.stringify(cell);
  } catch (error) {
    throw new PromptTuningError("data", `${file}, ${where}: "${column}" is nested too deeply.`, { file, line, cause: error });
  }
}

function finish(file: string, columns: ReadonlySet<string>, rows: readonly TableRow[]): Table {
  if (rows.length === 0) throw new PromptTuningError("data", `${file} has no rows.`, { file, advice: "Put rows into it, or name another file." });
  return { file, columns: [...columns], rows, notices: [] };
}
