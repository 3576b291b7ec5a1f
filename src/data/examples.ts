import { PromptTuningError } from "../common/errors.js";
import type { DatasetNeeds } from "./dataset.js";
import type { Example } from "./example.js";
import { requireCell, requireColumn, type Table } from "./table.js";

/**
 * The rows of a table as examples: slots filled from the columns they are mapped to (a slot that is not mapped has a
 * column of its own name). Labels lose white space around them.
 * @throws PromptTuningError data: a missing column or cell, a label that is empty or not among the needed ones.
 */
export function toExamples(table: Table, columns: Readonly<Record<string, string>>, needs: DatasetNeeds, onNotice: (text: string) => void): Example[] {
  const columnOf = (slot: string): string => (Object.hasOwn(columns, slot) ? columns[slot] : slot);
  const slots = needs.slots.map((slot) => ({ slot, column: columnOf(slot) }));
  const answerColumn = columnOf(needs.answer);
  for (const { slot, column } of [...slots, { slot: needs.answer, column: answerColumn }]) requireColumn(table, column, slot);
  const allowed = needs.labels ? new Set(needs.labels) : undefined;
  let emptyOutputs = 0;
  const examples = table.rows.map((row, index): Example => {
    const fields = Object.create(null) as Record<string, string>;
    for (const { slot, column } of slots) fields[slot] = needs.optional?.includes(slot) ? (row.cells[column] ?? "") : requireCell(table, row, column);
    const answer = requireCell(table, row, answerColumn);
    if (needs.answer !== "label") {
      if (answer.trim() === "") emptyOutputs++;
      return { index, fields, output: answer };
    }
    const label = answer.trim();
    if (label === "") {
      throw new PromptTuningError("data", `${table.file}, row at ${row.line}: the label is empty.`, { file: table.file, line: row.line, advice: `Fill the column "${answerColumn}", or remove the row.` });
    }
    if (allowed && !allowed.has(label)) throw unknownLabel(table, row.line, label, needs.labels ?? [], answerColumn);
    return { index, fields, label };
  });
  if (emptyOutputs > 0) onNotice(`${emptyOutputs} of the ${examples.length} rows of ${table.file} have an empty output.`);
  return examples;
}

function unknownLabel(table: Table, line: number, label: string, labels: readonly string[], column: string): PromptTuningError {
  const own = new Set(table.rows.map((row) => row.cells[column]?.trim() ?? ""));
  const missing = [...own].filter((name) => name && !labels.includes(name)).sort();
  const shown = missing.slice(0, 10).map((name) => `"${name.slice(0, 60)}"`);
  return new PromptTuningError("data", `${table.file}, row at ${line}: the label "${label.slice(0, 60)}" is not in the verbalizer.`, {
    file: table.file,
    line,
    reason: `The verbalizer has ${labels.map((name) => `"${name}"`).join(", ")}; missing: ${shown.join(", ")}${missing.length > shown.length ? ` and ${missing.length - shown.length} more` : ""}.`,
    advice: "Add the label to task.verbalizer, or check which column holds the labels.",
    setting: ["task", "verbalizer"],
  });
}
