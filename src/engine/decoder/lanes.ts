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
  /** The request that it belongs to, where several prompts share a pass. */
  readonly group: number;
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
  /** How many requests share the pass: each has shared rows of its own, and as many sequences as any other. */
  readonly groups: number;
  /** Key slots of a lane behind its past: the shared rows, then as many as the longest lane of its own has. */
  readonly ownKeys: number;
}

/** @param groups the batch holds the sequences of so many requests, equally many of each, one request behind the other. */
export function planLanes(batch: readonly Sequence[], { past, pastLengths, sharedLength }: BatchLayout, groups = 1): Lanes {
  const lanes: Lane[] = [];
  let rows = 0;
  const add = (lane: Omit<Lane, "firstRow">): void => {
    lanes.push({ ...lane, firstRow: rows });
    rows += lane.length;
  };
  batch.forEach((sequence, i) => {
    const group = Math.floor((i * groups) / batch.length);
    const pastLength = pastLengths[i];
    if (sharedLength > 0 && i === (group * batch.length) / groups) add({ sequence, start: pastLength, length: sharedLength, pastLength, isShared: true, group });
    const start = pastLength + sharedLength;
    add({ sequence, start, length: sequence.tokens.length - start, pastLength, isShared: false, group });
  });
  const longest = Math.max(...lanes.map(({ isShared, length }) => (isShared ? 0 : length)));
  return { lanes, rows, pastTime: past === "none" ? 0 : Math.max(...pastLengths), sharedLength, groups, ownKeys: sharedLength + longest };
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
