import type { DatasetColumn } from "../../src/protocol/backend/datasets.js";

/** Columns of a table that are drawn: more could not be told apart, and their cells would fill the document. */
export const mostColumns = 40;

/** Places of the columns that are shown, in the data's order: all, or those with a role and the first others. */
export function shownColumns(columns: readonly Pick<DatasetColumn, "role">[]): number[] {
  const places = columns.map((_, place) => place);
  if (places.length <= mostColumns) return places;
  const withRole = places.filter((place) => columns[place].role !== null);
  const others = places.filter((place) => columns[place].role === null);
  return [...withRole, ...others].slice(0, mostColumns).sort((a, b) => a - b);
}
