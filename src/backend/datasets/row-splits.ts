import { splitNames, type SplitName } from "../../data/dataset.js";
import type { DatasetTable } from "../../data/description/dataset-table.js";

/** A run of rows of one split. */
interface SplitRun {
  readonly split: SplitName;
  readonly first: number;
  readonly rows: number;
}

/** Which split each row of a data set falls into, and which row is the n-th of a split. */
export class RowSplits {
  /** @param runs in the order of the rows, without a gap. */
  constructor(private readonly runs: readonly SplitRun[]) {}

  /** Files that hold a split each. */
  static ofParts({ parts }: Pick<DatasetTable, "parts">): RowSplits {
    return new RowSplits(parts.map(({ part, first, rows }) => ({ split: part.split ?? "train", first, rows })));
  }

  /** Rows that a rule has divided. @param splits for every row its place in `splitNames`. */
  static ofRows(splits: Uint8Array): RowSplits {
    const runs: { split: SplitName; first: number; rows: number }[] = [];
    for (let row = 0; row < splits.length; row++) {
      const split = splitNames[splits[row]];
      const last = runs.at(-1);
      if (last?.split === split) last.rows++;
      else runs.push({ split, first: row, rows: 1 });
    }
    return new RowSplits(runs);
  }

  of(row: number): SplitName {
    let low = 0;
    for (let high = this.runs.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (this.runs[middle].first <= row) low = middle + 1;
      else high = middle;
    }
    return this.runs[low - 1].split;
  }

  count(split: SplitName): number {
    return this.runs.reduce((sum, run) => sum + (run.split === split ? run.rows : 0), 0);
  }

  /** The row that is the n-th of a split, from 0. */
  nth(split: SplitName, n: number): number | undefined {
    let before = 0;
    for (const run of this.runs) {
      if (run.split !== split) continue;
      if (n < before + run.rows) return run.first + n - before;
      before += run.rows;
    }
    return undefined;
  }

  /** The splits that have rows. */
  get names(): SplitName[] {
    return splitNames.filter((split) => this.count(split) > 0);
  }
}
