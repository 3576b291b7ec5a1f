import { spansOf } from "../tasks/labelling/spans.js";
import { readTags, readWords } from "../tasks/labelling/words-and-tags.js";
import { jsonList } from "../tasks/passages.js";
import type { TaskType } from "../tasks/task-facts.js";
import { forbiddenKey } from "./json-document.js";
import type { DataRoles } from "./new-experiment.js";

/** A column with more different values than this holds texts rather than labels. */
const mostLabels = 20;
/** Rows that are looked at. */
const mostRows = 500;
/** A text this many times longer than another one is what is cut; two of about the same length both give way. */
const muchLonger = 2;

type Cells = Readonly<Record<string, string>>;

/** What rows look like they are for. */
export interface SuggestedTask {
  readonly task: TaskType;
  /** Labels, or types of spans, in alphabetical order. */
  readonly labels: readonly string[];
  /** Of the columns that can be read, those that belong to the task; the person may choose others. */
  readonly texts: readonly string[];
  readonly roles: DataRoles;
}

/** Names of columns that hold what was retrieved for a row. */
const contextNames = ["context", "contexts", "passages", "documents", "docs", "evidence"];
/** Short texts that ask something of another one: never cut. */
const questionNames = ["question", "query", "hypothesis", "claim", "input"];

/**
 * The task that a data set is most likely made for, and what its columns are to it.
 * @param answer the column that holds the answer; @param texts the columns that may be read, all others when absent
 */
export function suggestTask(columns: readonly string[], rows: readonly Cells[], answer: string, texts = columns.filter((column) => column !== answer)): SuggestedTask {
  const seen = rows.slice(0, mostRows);
  const words = texts.find((column) => holdsWords(seen, column, answer));
  if (words !== undefined) return { task: "sequence-labelling", labels: typesOf(seen, answer), texts: [words], roles: { words } };
  const values = new Set(seen.map((cells) => cells[answer]?.trim() ?? "").filter((value) => value !== ""));
  const isLabel = values.size >= 2 && values.size <= mostLabels && values.size < seen.length && !values.has(forbiddenKey);
  const context = texts.find((column) => contextNames.includes(column.toLowerCase())) ?? texts.find((column) => holdsLists(seen, column));
  return {
    task: isLabel ? "classification" : "generation",
    labels: isLabel ? [...values].sort() : [],
    texts,
    roles: context === undefined ? { ...cutOf(seen, texts) } : { context },
  };
}

/** Whether the answer holds BIO tags for this column's words, in every row, at least one of them a span. */
function holdsWords(rows: readonly Cells[], column: string, answer: string): boolean {
  const filled = rows.filter((cells) => cells[answer] !== undefined && cells[column] !== undefined);
  const read = filled.map((cells) => readTags(cells[answer], readWords(cells[column]).length));
  const spans = read.flatMap((row) => ("tags" in row ? spansOf(row.tags) : []));
  return read.every((row) => "tags" in row) && spans.length > 0 && spans.every(({ type }) => type !== forbiddenKey);
}

function typesOf(rows: readonly Cells[], answer: string): string[] {
  const types = new Set<string>();
  for (const cells of rows) {
    const tags = cells[answer] ?? "";
    const read = readTags(tags, readWords(tags).length);
    if ("tags" in read) for (const { type } of spansOf(read.tags)) types.add(type);
  }
  return [...types].sort();
}

function holdsLists(rows: readonly Cells[], column: string): boolean {
  const filled = rows.filter((cells) => (cells[column] ?? "") !== "");
  return filled.length > 0 && filled.every((cells) => jsonList(cells[column]) !== undefined);
}

/** The text that gives way where two share a row: by far the longest one, unless it is what asks. */
function cutOf(rows: readonly Cells[], texts: readonly string[]): DataRoles {
  if (texts.length < 2) return {};
  const lengths = texts.map((column) => ({ column, length: median(rows.map((cells) => cells[column]?.length ?? 0)) })).sort((a, b) => b.length - a.length);
  const [longest, second] = lengths.filter(({ column }) => !questionNames.includes(column.toLowerCase()));
  if (longest === undefined) return {};
  const rival = second ?? lengths.find(({ column }) => column !== longest.column)!;
  return longest.length >= muchLonger * rival.length ? { cut: longest.column } : {};
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
