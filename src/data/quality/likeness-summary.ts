import type { TextTable } from "./text-table.js";

/** What rows of the same number have in common; the arrays are by that number. */
export interface LikenessSummary {
  /** The row's number, −1 for rows without text. */
  readonly idOf: (row: number) => number;
  readonly counts: Int32Array;
  /** Bit p: a row stands in part p. */
  readonly parts: Int32Array;
  /** 1: rows with different labels. */
  readonly conflicts: Uint8Array;
}

export function summariseLikeness(table: TextTable, idOf: (row: number) => number, size: number): LikenessSummary {
  const counts = new Int32Array(size);
  const parts = new Int32Array(size);
  const conflicts = new Uint8Array(size);
  const labels = new Int32Array(size).fill(-1);
  for (let part = 0; part < table.starts.length - 1; part++) {
    for (let row = table.starts[part]; row < table.starts[part + 1]; row++) {
      const id = idOf(row);
      if (id < 0) continue;
      counts[id]++;
      parts[id] |= 1 << part;
      const label = table.labels.at(row);
      if (label < 0) continue;
      if (labels[id] < 0) labels[id] = label;
      else if (labels[id] !== label) conflicts[id] = 1;
    }
  }
  return { idOf, counts, parts, conflicts };
}

export interface LikenessCounts {
  readonly repeats: number;
  readonly groups: number;
  readonly conflicts: number;
}

export function countsOf({ counts, conflicts }: LikenessSummary): LikenessCounts {
  let repeats = 0;
  let groups = 0;
  let torn = 0;
  for (let id = 0; id < counts.length; id++) {
    if (counts[id] < 2) continue;
    groups++;
    repeats += counts[id] - 1;
    torn += conflicts[id];
  }
  return { repeats, groups, conflicts: torn };
}

/** Rows of each part that have a row of the same number in each other part: `[part][of]`. */
export function sharedRows(table: TextTable, { idOf, parts }: LikenessSummary): number[][] {
  const partCount = table.starts.length - 1;
  const shared = Array.from({ length: partCount }, () => new Array<number>(partCount).fill(0));
  for (let part = 0; part < partCount; part++) {
    for (let row = table.starts[part]; row < table.starts[part + 1]; row++) {
      const id = idOf(row);
      const others = id < 0 ? 0 : parts[id] & ~(1 << part);
      if (others === 0) continue;
      for (let of = 0; of < partCount; of++) if ((others >>> of) & 1) shared[part][of]++;
    }
  }
  return shared;
}
