import type { Sequence } from "../program.js";
import type { BatchLayout } from "./layout.js";

/**
 * One attention problem of a batch: the rows of one sequence that are computed for it alone, or (first, where there is
 * one) the rows that all sequences share.
 */
export interface Lane {
  readonly sequence: Sequence;
  /** Position in the sequence of the lane's first row. */
  readonly start: number;
  readonly length: number;
  /** The first of its rows among all rows of the batch. */
  readonly firstRow: number;
  /** Tokens before `start` (and before the shared rows) whose keys and values are fed. */
  readonly pastLength: number;
  readonly isShared: boolean;
}

/**
 * The rows of a batch, lane behind lane without any padding: every weight multiplies all of them in one product. Only
 * attention looks at lanes one by one, in slots padded to the longest.
 */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** All rows. */
  readonly rows: number;
  /** Longest past. */
  readonly pastTime: number;
  readonly sharedLength: number;
  /** Key slots of a lane behind its past: the shared rows, then as many as the longest lane of its own has. */
  readonly ownKeys: number;
}

export function planLanes(batch: readonly Sequence[], { past, pastLengths, sharedLength }: BatchLayout): Lanes {
  const lanes: Lane[] = [];
  if (sharedLength > 0) lanes.push({ sequence: batch[0], start: pastLengths[0], length: sharedLength, firstRow: 0, pastLength: pastLengths[0], isShared: true });
  let rows = sharedLength;
  batch.forEach((sequence, i) => {
    const start = pastLengths[i] + sharedLength;
    const length = sequence.tokens.length - start;
    lanes.push({ sequence, start, length, firstRow: rows, pastLength: pastLengths[i], isShared: false });
    rows += length;
  });
  const longest = Math.max(...lanes.map(({ isShared, length }) => (isShared ? 0 : length)));
  return { lanes, rows, pastTime: past === "none" ? 0 : Math.max(...pastLengths), sharedLength, ownKeys: sharedLength + longest };
}

/** A row that asks: where it lies among the rows that are asked for, and its position in its sequence. */
export interface Query {
  readonly row: number;
  readonly position: number;
}

/** Every row, by lane. */
export function everyQuery({ lanes }: Lanes): Query[][] {
  return lanes.map(({ start, length, firstRow }) => Array.from({ length }, (_, i) => ({ row: firstRow + i, position: start + i })));
}

/** The scored rows only, numbered in the order of the sequences and of their scored rows, by lane. */
export function scoredQueries({ lanes }: Lanes): Query[][] {
  let next = 0;
  return lanes.map(({ isShared, sequence }) => (isShared ? [] : sequence.scored.map(({ row }) => ({ row: next++, position: row }))));
}

/** Index of every scored row among all rows, in the same order. */
export function scoredRows({ lanes }: Lanes): number[] {
  return lanes.flatMap(({ isShared, sequence, start, firstRow }) => (isShared ? [] : sequence.scored.map(({ row }) => firstRow + row - start)));
}
