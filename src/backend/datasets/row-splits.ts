import { type SplitName, splitNames } from "../../data/dataset.js";
import type { DatasetTable } from "../../data/description/dataset-table.js";
import { divideRows } from "../../data/description/split-parts.js";
import type { LoadedDescription } from "../../data/description/load-description.js";
import type { DataOptions } from "./data-options.js";

type Parts = DatasetTable["parts"];

/** Which split each row of a data set falls into, and which row is the n-th of a split. */
export class RowSplits {
  private readonly counts = splitNames.map(() => 0);
  private readonly inSplit = new Map<SplitName, Uint32Array>();

  /** @param splitOf for every row its place in `splitNames`. */
  private constructor(
    private readonly parts: Parts,
    private readonly splitOf: Uint8Array,
  ) {
    for (const split of splitOf) this.counts[split]++;
  }

  /** Reads the rows once where a rule divides them. @throws PromptTuningError data, stopped. */
  static async of(dataset: LoadedDescription, { parts, rowCount }: DatasetTable, options: DataOptions): Promise<RowSplits> {
    const rule = dataset.description.splits;
    const divided = rule && (await divideRows(dataset, rule, options)).splitOf;
    const splitOf = new Uint8Array(rowCount);
    let before = 0;
    for (const { part, first, rows } of parts) {
      if (part.split !== undefined) splitOf.fill(splitNames.indexOf(part.split), first, first + rows);
      else if (divided) {
        splitOf.set(divided.subarray(before, before + rows), first);
        before += rows;
      }
    }
    return new RowSplits(parts, splitOf);
  }

  of(row: number): SplitName {
    return splitNames[this.splitOf[row]];
  }

  count(split: SplitName): number {
    return this.counts[splitNames.indexOf(split)];
  }

  /** The row that is the n-th of a split, in the order in which `splitParts` gives them: first those of the files that hold it. */
  nth(split: SplitName, n: number): number {
    const rows = this.inSplit.get(split) ?? this.rowsOf(split);
    this.inSplit.set(split, rows);
    return rows[n];
  }

  private rowsOf(split: SplitName): Uint32Array {
    const number = splitNames.indexOf(split);
    const found = new Uint32Array(this.counts[number]);
    let count = 0;
    for (const divided of [false, true]) {
      for (const { part, first, rows } of this.parts) {
        if ((part.split === undefined) !== divided) continue;
        for (let row = first; row < first + rows; row++) if (this.splitOf[row] === number) found[count++] = row;
      }
    }
    return found;
  }
}
