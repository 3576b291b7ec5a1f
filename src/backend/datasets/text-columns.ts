import { columnOf, type ColumnRole } from "../../data/description/schema.js";
import type { LoadedDescription } from "../../data/description/load-description.js";

const textRoles: readonly ColumnRole[] = ["text", "pair", "input", "context"];

/** The columns whose texts a model reads. */
export function textColumns({ description }: Pick<LoadedDescription, "description">): string[] {
  return textRoles.map((role) => columnOf(description, role)).filter((name) => name !== undefined);
}

/** Slot of a template → column: a slot is called like the column's role. */
export function slotsOf({ description }: Pick<LoadedDescription, "description">): Map<string, string> {
  return new Map(description.columns.flatMap(({ name, role }) => (role === undefined ? [] : [[role, name] as const])));
}
