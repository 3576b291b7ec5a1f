import type { SplitName } from "../dataset.js";
import { splitNames } from "../dataset.js";
import type { Cell } from "../rows/row-batch.js";
import type { SplitCount } from "./schema.js";

/** More different values than this are hardly labels: they are not counted. */
const mostLabels = 1000;

/** Counts rows and labels of every split in one pass. */
export class SplitCounter {
  private readonly splits = new Map<SplitName, { rows: number; labels: Map<string, number> | undefined }>();

  /** @param label undefined where the data set has no column of labels. */
  add(split: SplitName, label: Cell | undefined, rows = 1): void {
    if (rows === 0) return;
    let counted = this.splits.get(split);
    if (!counted) this.splits.set(split, (counted = { rows: 0, labels: label === undefined ? undefined : new Map() }));
    counted.rows += rows;
    if (counted.labels === undefined || label === undefined) return;
    const name = (label ?? "").trim();
    counted.labels.set(name, (counted.labels.get(name) ?? 0) + rows);
    if (counted.labels.size > mostLabels) counted.labels = undefined;
  }

  finish(): SplitCount[] {
    return splitNames.flatMap((split) => {
      const counted = this.splits.get(split);
      if (!counted) return [];
      const labels = counted.labels && [...counted.labels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, rows]) => ({ label, rows }));
      return [{ split, rows: counted.rows, ...(labels ? { labels } : {}) }];
    });
  }
}
