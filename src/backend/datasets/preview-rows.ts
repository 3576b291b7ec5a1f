import type { AnswerSlot } from "../../tasks/template.js";
import type { DataOptions } from "./data-options.js";
import type { OpenDataset } from "./open-datasets.js";
import type { RowToPreview } from "./template-preview.js";
import { roleColumns } from "../../data/load-described.js";

/** Rows as a template sees them: a slot is filled from the column of that role, else from the column of its own name. */
export async function rowsToPreview(dataset: OpenDataset, answer: AnswerSlot, from: number, count: number, { signal }: Pick<DataOptions, "signal">): Promise<RowToPreview[]> {
  const { table } = dataset;
  const roles = new Map(Object.entries(roleColumns(dataset.description)));
  const rows = await table.read(from, from + count, signal);
  return rows.map(({ row, cells }) => {
    const fields = Object.create(null) as Record<string, string>;
    table.columns.forEach((name, at) => (fields[name] = cells[at] ?? ""));
    for (const [slot, column] of roles) fields[slot] = cells[table.columns.indexOf(column)] ?? "";
    const column = roles.get(answer) ?? answer;
    const at = table.columns.indexOf(column);
    const text = at < 0 ? null : (cells[at] ?? null);
    return { row, fields, answer: text === null ? null : answer === "label" ? text.trim() : text };
  });
}
