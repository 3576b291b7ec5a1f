import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import type { OpenRows, PassOptions } from "../row-stream.js";
import { largestRemainders } from "./largest-remainders.js";
import { orderByPlace } from "./order-by-place.js";
import type { RowCopies } from "./row-copies.js";
import { labelsByName, readRowKeys, type RowKeyColumns, type RowKeys } from "./row-keys.js";

export const rebalanceRuleSchema = z.strictObject({
  /** `drop`: rows of frequent labels are left out. `repeat`: rows of rare labels are taken several times. */
  by: z.enum(["drop", "repeat"]),
  /** Share of every label, together 1; equal shares where absent. */
  shares: z.array(z.strictObject({ label: z.string(), share: z.number().gt(0).max(1) })).optional(),
  seed: z.int32().default(1),
});
export type RebalanceRule = z.infer<typeof rebalanceRuleSchema>;

export const rebalanceReportSchema = z.array(
  z.strictObject({
    label: z.string(),
    before: z.int().min(0),
    after: z.int().min(0),
    dropped: z.int().min(0),
    /** Copies beyond the first. */
    repeated: z.int().min(0),
    /** How often the most repeated row stands there. */
    mostCopies: z.int().min(0),
  }),
);
export type RebalanceReport = z.infer<typeof rebalanceReportSchema>;

/** More rows than repeating may make: a label of one row among millions would otherwise fill the disk. */
const mostRows = 100_000_000;

/**
 * Takes rows so that every label has its share, within one row. Dropping keeps as many rows as the shares allow; repeating
 * drops none and makes as few copies as the shares allow, spread evenly (no row stands there twice more than another of its
 * label). Which rows, the seed and their texts decide. Reads the rows once.
 * @throws PromptTuningError data: a label without a share, a share without a label, shares that are not 1 together, too many copies. stopped.
 */
export async function rebalanceRows(open: OpenRows, rule: RebalanceRule, columns: Required<Pick<RowKeyColumns, "texts" | "label">>, options: PassOptions = {}): Promise<RowCopies & { readonly report: RebalanceReport }> {
  const keys = await readRowKeys(open, columns, rule.seed, options);
  const order = labelsByName(keys);
  const shares = sharesOf(keys, order, rule);
  const before = new Float64Array(keys.labels.length);
  for (let row = 0; row < keys.rows; row++) before[keys.labelOf(row)]++;
  const targets = targetsOf(order.map((label) => before[label]), shares, rule.by);
  const copies = new Uint32Array(keys.rows);
  const report: RebalanceReport = [];
  const rowsOf = rowsByPlace(keys);
  order.forEach((label, i) => {
    const rows = rowsOf[label];
    const each = Math.floor(targets[i] / rows.length);
    const more = targets[i] - each * rows.length;
    rows.forEach((row, at) => (copies[row] = each + (at < more ? 1 : 0)));
    const mostCopies = each + (more > 0 ? 1 : 0);
    const dropped = Math.max(0, rows.length - targets[i]);
    report.push({ label: keys.labels[label], before: rows.length, after: targets[i], dropped, repeated: targets[i] - (rows.length - dropped), mostCopies });
  });
  return { copies, report };
}

function sharesOf(keys: RowKeys, order: readonly number[], { shares }: RebalanceRule): number[] {
  if (!shares || order.length === 0) return order.map(() => 1 / order.length);
  const given = new Map(shares.map(({ label, share }) => [label, share]));
  const names = order.map((label) => keys.labels[label]);
  const without = names.find((name) => !given.has(name));
  if (without !== undefined) throw new PromptTuningError("data", `The label "${without}" has no share.`, { advice: "Give every label of the data a share; together they are 1." });
  const unknown = [...given.keys()].find((label) => !names.includes(label));
  if (unknown !== undefined) throw new PromptTuningError("data", `No row has the label "${unknown}".`, { reason: `The labels are ${names.slice(0, 20).map((name) => `"${name}"`).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}.`, advice: "Leave its share out." });
  const sum = [...given.values()].reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9) throw new PromptTuningError("data", `The shares of the labels are ${Number(sum.toFixed(6))} together.`, { advice: "Change them so that they add up to 1." });
  return names.map((name) => given.get(name)!);
}

/** Rows of every label afterwards. */
function targetsOf(before: readonly number[], shares: readonly number[], by: RebalanceRule["by"]): number[] {
  if (before.length === 0) return [];
  // Rounded first: 30 / 0.3 is a little more than 100.
  const totals = before.map((rows, i) => Math.round((rows / shares[i]) * 1e6) / 1e6);
  if (by === "drop") return largestRemainders(Math.floor(Math.min(...totals)), shares).map((target, i) => Math.min(target, before[i]));
  const total = Math.ceil(Math.max(...totals));
  if (total > mostRows) {
    throw new PromptTuningError("data", `Repeating would make ${total.toLocaleString("en-US")} rows.`, { reason: `At most ${mostRows.toLocaleString("en-US")} are made.`, advice: "Drop rows of the frequent labels instead, or give the rare label a smaller share." });
  }
  return largestRemainders(total, shares).map((target, i) => Math.max(target, before[i]));
}

/** The rows of every label in the order of their places; equal rows in their own order. */
function rowsByPlace(keys: RowKeys): Int32Array[] {
  const rows = Array.from(keys.labels, () => [] as number[]);
  for (let row = 0; row < keys.rows; row++) rows[keys.labelOf(row)].push(row);
  return rows.map((list) => orderByPlace(list, (row) => keys.places[keys.unitOf(row)]));
}
