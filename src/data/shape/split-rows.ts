import { z } from "zod";
import { type SplitName, splitNames } from "../dataset.js";
import type { SplitRule } from "../description/schema.js";
import type { OpenRows, PassOptions } from "../row-stream.js";
import { largestRemainders } from "./largest-remainders.js";
import { labelOfUnits, labelsByName, readRowKeys, type RowKeyColumns, type RowKeys, unitsByPlace } from "./row-keys.js";

export const splitReportSchema = z.array(
  z.strictObject({
    split: z.enum(splitNames),
    rows: z.int().min(0),
    /** Rows of every label, in the order of the names; one of "" without a label column. */
    labels: z.array(z.strictObject({ label: z.string(), rows: z.int().min(0) })),
  }),
);
export type SplitReport = z.infer<typeof splitReportSchema>;

export interface RowSplits {
  /** For every row the number of its split in `splitNames`. */
  readonly splitOf: Uint8Array;
  readonly report: SplitReport;
}

/**
 * Divides rows by a rule. Equal rows (the same texts) fall together under every rule, and the order of the rows decides nothing.
 * - hash: a row's text and the seed alone decide; shares are met as well as chance meets them (standard deviation √(s(1 − s)/n)).
 * - stratified: every label has its share of every split, rounded down or up, but for the rows of one repeated text.
 * - grouped: rows of the same value stay together; no split has more than its share by a whole group.
 * Reads the rows once. @throws PromptTuningError data: a column is missing, too many labels. stopped: the signal fired.
 */
export async function splitRows(open: OpenRows, rule: SplitRule, columns: Pick<RowKeyColumns, "texts" | "label">, options: PassOptions = {}): Promise<RowSplits> {
  const keys = await readRowKeys(open, rule.type === "grouped" ? { ...columns, group: rule.column } : columns, rule.seed, options);
  const shares = splitNames.map((split) => rule.shares[split]);
  const splitOfUnit = rule.type === "hash" ? Uint8Array.from(keys.places, (place) => splitNames.indexOf(splitOfPlace(place, rule.shares))) : rule.type === "stratified" ? stratify(keys, shares) : keepGroups(keys, shares);
  const splitOf = new Uint8Array(keys.rows);
  for (let row = 0; row < keys.rows; row++) splitOf[row] = splitOfUnit[keys.unitOf(row)];
  return { splitOf, report: reportOf(keys, splitOf) };
}

/** The split of a place in [0, 1). Test comes first and train last, so that rows stay in test when validation's share changes. */
export function splitOfPlace(place: number, shares: Readonly<Record<SplitName, number>>): SplitName {
  if (place < shares.test) return "test";
  return place < shares.test + shares.validation ? "validation" : "train";
}

/** Within each label the units in the order of their places fill test, then validation, then train. */
function stratify(keys: RowKeys, shares: readonly number[]): Uint8Array {
  const labels = labelOfUnits(keys);
  const order = unitsByPlace(keys);
  const splits = new Uint8Array(order.length);
  const rows = new Float64Array(keys.labels.length);
  for (const unit of order) rows[labels[unit]] += keys.sizes[unit];
  // What rounding gives or takes is carried from label to label: many rare labels would bias the whole otherwise.
  const owed = shares.map(() => 0);
  const bounds: number[][] = [];
  for (const label of labelsByName(keys)) {
    const [, validation, test] = largestRemainders(rows[label], shares, owed);
    bounds[label] = [test, test + validation];
  }
  const filled = new Float64Array(keys.labels.length);
  for (const unit of order) {
    const label = labels[unit];
    // The middle of the unit decides, so that a repeated text goes where most of it belongs.
    const middle = filled[label] + keys.sizes[unit] / 2;
    const [test, validation] = bounds[label];
    splits[unit] = splitNames.indexOf(middle < test ? "test" : middle < validation ? "validation" : "train");
    filled[label] += keys.sizes[unit];
  }
  return splits;
}

/** Groups in the order of their places go to the split that lacks most rows. */
function keepGroups(keys: RowKeys, shares: readonly number[]): Uint8Array {
  const lacking = shares.map((share) => share * keys.rows);
  const splits = new Uint8Array(keys.places.length);
  for (const unit of unitsByPlace(keys)) {
    let split = 0;
    for (let other = 1; other < lacking.length; other++) if (lacking[other] > lacking[split]) split = other;
    splits[unit] = split;
    lacking[split] -= keys.sizes[unit];
  }
  return splits;
}

function reportOf(keys: RowKeys, splitOf: Uint8Array): SplitReport {
  const counts = splitNames.map(() => new Int32Array(keys.labels.length));
  for (let row = 0; row < keys.rows; row++) counts[splitOf[row]][keys.labelOf(row)]++;
  const order = labelsByName(keys);
  return splitNames.map((split, i) => ({
    split,
    rows: counts[i].reduce((sum, count) => sum + count, 0),
    labels: order.map((label) => ({ label: keys.labels[label], rows: counts[i][label] })),
  }));
}
