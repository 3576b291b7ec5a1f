import type { Cell } from "../rows/row-batch.js";
import type { ColumnRole, DescribedColumn } from "./schema.js";

/** Names by which columns are usually called; those first are the surest. */
const usualNames: readonly (readonly [ColumnRole, readonly string[]])[] = [
  ["id", ["id", "idx", "uid", "guid"]],
  ["label", ["label", "labels", "class", "category", "intent", "sentiment", "topic", "target_label", "y"]],
  ["text", ["text", "sentence", "sentence1", "premise", "question1", "message", "review", "content", "comment", "tweet", "utterance", "question"]],
  ["pair", ["text2", "pair", "sentence2", "hypothesis", "question2"]],
  ["input", ["input", "prompt", "instruction", "source", "article", "document"]],
  ["output", ["output", "completion", "response", "target", "summary", "answer"]],
  ["context", ["context", "passage", "system"]],
  ["group", ["group", "group_id", "speaker", "user", "author"]],
];

/** Different values of a column, at most, that can be labels where its name does not say so. */
const mostGuessedLabels = 20;

/**
 * What the columns are most likely for: by their usual names, else the column of few different values is the label and
 * the one of the longest texts the text. A person can say otherwise.
 * @param rows the first rows.
 */
export function guessRoles(names: readonly string[], rows: readonly (readonly Cell[])[]): DescribedColumn[] {
  const roles = new Map<number, ColumnRole>();
  const taken = (role: ColumnRole): boolean => [...roles.values()].includes(role);
  for (const [role, usual] of usualNames) {
    const place = usual.map((name) => names.findIndex((column, i) => column.trim().toLowerCase() === name && !roles.has(i))).find((found) => found >= 0);
    if (place !== undefined) roles.set(place, role);
  }
  const free = (): number[] => names.flatMap((_, i) => (roles.has(i) ? [] : [i]));
  const values = names.map((_, i) => rows.flatMap((row) => (row[i] === null || row[i] === undefined ? [] : [row[i]])));
  if (!taken("label") && !taken("output")) {
    const few = free().filter((i) => {
      const different = new Set(values[i]).size;
      return different >= 2 && different <= mostGuessedLabels && different * 2 < values[i].length;
    });
    const last = few.at(-1);
    if (last !== undefined) roles.set(last, "label");
  }
  if (taken("output") && !taken("label") && fewValues(values[[...roles].find(([, role]) => role === "output")![0]])) {
    // A column called "answer" of yes and no is a label.
    roles.set([...roles].find(([, role]) => role === "output")![0], "label");
  }
  if (!taken("text") && !taken("input")) {
    const length = (i: number): number => values[i].reduce((sum, value) => sum + value.length, 0) / Math.max(1, values[i].length);
    const longest = free().sort((a, b) => length(b) - length(a))[0];
    if (longest !== undefined) roles.set(longest, taken("output") ? "input" : "text");
  }
  return names.map((name, i) => ({ name, ...(roles.has(i) ? { role: roles.get(i) } : {}) }));
}

function fewValues(values: readonly string[]): boolean {
  const different = new Set(values).size;
  return different >= 2 && different <= mostGuessedLabels && different * 5 < values.length;
}
