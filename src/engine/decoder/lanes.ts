import type { Sequence } from "../program.js";
import type { BatchLayout } from "./layout.js";

/** Rows that follow each other in a sequence, and among all rows of the batch. */
export interface RowSpan {
  readonly sequence: Sequence;
  /** Position in the sequence of its first row. */
  readonly start: number;
  readonly length: number;
  /** The first of its rows among all rows of the batch. */
  readonly firstRow: number;
  /** The request that it belongs to, where several prompts share a pass. */
  readonly group: number;
}

/** One attention problem of a batch: the rows of one sequence that are computed for it alone, and the keys they may see. */
export interface Lane extends RowSpan {
  /** Tokens before `start` (and before the shared rows) whose keys and values are fed. */
  readonly pastLength: number;
}

/**
 * The rows of a batch, span behind span without any padding: every weight multiplies all of them in one product. Only
 * attention looks at lanes one by one, in slots padded to the longest.
 */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** What all sequences of a request have in common, by request; empty where there is nothing. Every lane holds their keys. */
  readonly shared: readonly RowSpan[];
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
  const shared: RowSpan[] = [];
  let rows = 0;
  const placed = (span: Omit<RowSpan, "firstRow">): RowSpan => {
    const firstRow = rows;
    rows += span.length;
    return { ...span, firstRow };
  };
  batch.forEach((sequence, i) => {
    const group = Math.floor((i * groups) / batch.length);
    const pastLength = pastLengths[i];
    if (sharedLength > 0 && i === (group * batch.length) / groups) shared.push(placed({ sequence, start: pastLength, length: sharedLength, group }));
    const start = pastLength + sharedLength;
    lanes.push({ ...placed({ sequence, start, length: sequence.tokens.length - start, group }), pastLength });
  });
  const longest = Math.max(...lanes.map(({ length }) => length));
  return { lanes, shared, rows, pastTime: past === "none" ? 0 : Math.max(...pastLengths), sharedLength, groups, ownKeys: sharedLength + longest };
}

/** A row that asks: where it lies among the rows that are asked for, and its position in its sequence. */
export interface Query {
  readonly row: number;
  readonly position: number;
}

/**
 * Every row, by lane. A shared row asks in any lane of its request, for each holds the keys that it may see: in the one
 * with the fewest rows, so that little is padded.
 */
export function everyQuery({ lanes, shared }: Lanes): Query[][] {
  const queries = lanes.map(queriesOf);
  for (const span of shared) {
    const open = queries.filter((_, i) => lanes[i].group === span.group);
    for (const query of queriesOf(span)) open.reduce((shortest, lane) => (lane.length < shortest.length ? lane : shortest)).push(query);
  }
  return queries;
}

function queriesOf({ start, length, firstRow }: RowSpan): Query[] {
  return Array.from({ length }, (_, i) => ({ row: firstRow + i, position: start + i }));
}

/** The scored rows only, numbered in the order of the sequences and of their scored rows, by lane. */
export function scoredQueries({ lanes }: Lanes): Query[][] {
  let next = 0;
  return lanes.map(({ sequence }) => sequence.scored.map(({ row }) => ({ row: next++, position: row })));
}

/** Index of every scored row among all rows, in the same order. */
export function scoredRows({ lanes }: Lanes): number[] {
  return lanes.flatMap(({ sequence, start, firstRow }) => sequence.scored.map(({ row }) => firstRow + row - start));
}
