import { firstAtLeast } from "./points.js";

/** A curve as tables see it. */
export interface TableCurve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A row of the data table: x, and the value of each curve there (NaN where it has none). */
export interface TableRow {
  readonly x: number;
  readonly values: readonly number[];
}

/** Every x of the curves, once, ascending. */
export function allPlaces(curves: readonly TableCurve[]): number[] {
  const places = new Set<number>();
  for (const { x } of curves) for (let i = 0; i < x.length; i++) places.add(x[i]);
  return [...places].sort((a, b) => a - b);
}

/** At most so many rows, evenly chosen, the first and the last among them. */
export function chosenRows(curves: readonly TableCurve[], most: number): TableRow[] {
  const places = allPlaces(curves);
  const count = Math.min(most, places.length);
  return Array.from({ length: count }, (_, i) => rowAt(curves, places[count === 1 ? 0 : Math.round((i * (places.length - 1)) / (count - 1))]));
}

/** All rows as comma-separated values; the first line names the columns. */
export function toCsv(xName: string, curves: readonly TableCurve[]): string {
  const lines = [[xName, ...curves.map(({ name }) => name)].map(quoted).join(",")];
  for (const x of allPlaces(curves)) lines.push([x, ...rowAt(curves, x).values].map((value) => (Number.isNaN(value) ? "" : String(value))).join(","));
  return `${lines.join("\n")}\n`;
}

function rowAt(curves: readonly TableCurve[], x: number): TableRow {
  const value = (curve: TableCurve): number => {
    const at = firstAtLeast(curve.x, x);
    return at < curve.x.length && curve.x[at] === x ? curve.y[at] : Number.NaN;
  };
  return { x, values: curves.map(value) };
}

/** A name that a spreadsheet neither splits nor takes for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
