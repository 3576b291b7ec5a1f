import { fingerprintOf, placeOf } from "../dataset.js";
import { tooManyLabels } from "../labels.js";
import { GrowingArray } from "../quality/growing-array.js";
import { HashIndex } from "../quality/hash-index.js";
import { mostLabels } from "../quality/label-balance.js";
import { ColumnPicker, forEachRow, type OpenRows, type PassOptions } from "../row-stream.js";
import { orderByPlace } from "./order-by-place.js";

export interface RowKeyColumns {
  /** Columns whose texts say which rows are the same. */
  readonly texts: readonly string[];
  readonly label?: string;
  /** Column whose values keep rows together. */
  readonly group?: string;
}

/**
 * What shaping needs of every row, without its text: 8 bytes a row and about 25 a unit. Rows of the same texts (or, where
 * there is a group column, of the same group) are one unit; a unit's place in [0, 1) comes from its text and the seed
 * alone, so that what is drawn by places does not depend on the order of the rows.
 */
export interface RowKeys {
  readonly rows: number;
  readonly unitOf: (row: number) => number;
  /** Place of a unit. */
  readonly places: readonly number[];
  /** Rows of a unit. */
  readonly sizes: Int32Array;
  readonly labelOf: (row: number) => number;
  /** Names of the labels by number; [""] without a label column. */
  readonly labels: readonly string[];
}

/** @throws PromptTuningError data: a column is missing, too many labels. stopped: the signal fired. */
export async function readRowKeys(open: OpenRows, columns: RowKeyColumns, seed: number, options: PassOptions = {}): Promise<RowKeys> {
  const texts = new ColumnPicker(columns.texts);
  const label = columns.label === undefined ? undefined : new ColumnPicker([columns.label]);
  const group = columns.group === undefined ? undefined : new ColumnPicker([columns.group]);
  const units = new GrowingArray();
  const labelNumbers = new GrowingArray();
  const places: number[] = [];
  const index = new HashIndex();
  const labels = new Map<string, number>();
  await forEachRow(
    open,
    (row) => {
      const value = group?.pick(row)[0]?.trim();
      // A row without a group stands alone with rows of the same text.
      const print = value ? fingerprintOf(["group", value], seed) : fingerprintOf(texts.pick(row).map((cell) => cell ?? ""), seed);
      const unit = index.numberOf(Number.parseInt(print.slice(0, 8), 16), Number.parseInt(print.slice(8, 16), 16));
      if (unit === places.length) places.push(placeOf(print));
      units.push(unit);
      labelNumbers.push(labelNumber(labels, label?.pick(row)[0]));
    },
    options,
  );
  for (const picker of [texts, label, group]) picker?.requireAll("The data set");
  const sizes = new Int32Array(places.length);
  for (let row = 0; row < units.length; row++) sizes[units.at(row)]++;
  return { rows: units.length, unitOf: (row) => units.at(row), places, sizes, labelOf: (row) => labelNumbers.at(row), labels: [...labels.keys()] };
}

function labelNumber(labels: Map<string, number>, cell: string | null | undefined): number {
  const label = (cell ?? "").trim();
  const known = labels.get(label);
  if (known !== undefined) return known;
  if (labels.size === mostLabels) throw tooManyLabels(`more than ${mostLabels}`);
  labels.set(label, labels.size);
  return labels.size - 1;
}

/** Units in the order of their places: the same for the same texts, whatever the order of the rows. */
export function unitsByPlace({ places }: RowKeys): Int32Array {
  return orderByPlace(Int32Array.from(places.keys()), (unit) => places[unit]);
}

/** The label of every unit: of its rows' labels the one whose name comes first. */
export function labelOfUnits(keys: RowKeys): Int32Array {
  const labels = new Int32Array(keys.places.length).fill(-1);
  for (let row = 0; row < keys.rows; row++) {
    const [unit, label] = [keys.unitOf(row), keys.labelOf(row)];
    if (labels[unit] < 0 || keys.labels[label] < keys.labels[labels[unit]]) labels[unit] = label;
  }
  return labels;
}

/** Labels by number in the order of their names. */
export function labelsByName({ labels }: RowKeys): number[] {
  return [...labels.keys()].sort((a, b) => (labels[a] < labels[b] ? -1 : 1));
}
