import { type ColumnRole, columnOf, type DatasetDescription } from "./schema.js";

const textRoles: readonly ColumnRole[] = ["text", "pair", "input", "context"];

/** The columns whose texts a model reads, by which rows are compared and split; without roles all but the answer's. */
export function textColumns(description: Pick<DatasetDescription, "columns">): string[] {
  const told = textRoles.flatMap((role) => columnOf(description, role) ?? []);
  return told.length > 0 ? told : description.columns.filter(({ role }) => role === undefined).map(({ name }) => name);
}
