import type { Lanes, Query } from "./lanes.js";

/** How many heads there are, and how many query heads read each key and value head. */
export interface HeadCounts {
  readonly keyValueHeads: number;
  readonly groups: number;
}

/** Where the heads of rows go in attention, and back. */
export interface Slots {
  /** Index of a row's head, row·heads + head, for every slot; 0 where a slot is empty. */
  readonly slots: Int32Array;
  readonly shape: readonly number[];
  /** Index of the slot of every row's head [rows, heads]. */
  readonly rows: Int32Array;
}

export interface QuerySlots extends Slots {
  /** 1 where a slot holds a query, else 0 [1, lanes, groups·time, 1]. */
  readonly filled: Float32Array;
}

/** Queries as [key/value heads, lanes, groups·time]: those of a group lie along time, so that keys are never repeated. */
export function querySlots(queries: readonly (readonly Query[])[], { keyValueHeads, groups }: HeadCounts): QuerySlots {
  const lanes = queries.length;
  const time = Math.max(...queries.map((lane) => lane.length));
  const count = queries.reduce((sum, lane) => sum + lane.length, 0);
  const heads = keyValueHeads * groups;
  const slots = new Int32Array(heads * lanes * time);
  const rows = new Int32Array(count * heads);
  const filled = new Float32Array(lanes * groups * time);
  queries.forEach((queriesOfLane, lane) => {
    queriesOfLane.forEach(({ row }, at) => {
      for (let head = 0; head < heads; head++) {
        const [keyValueHead, group] = [Math.floor(head / groups), head % groups];
        const inLane = (lane * groups + group) * time + at;
        const slot = keyValueHead * lanes * groups * time + inLane;
        slots[slot] = row * heads + head;
        rows[row * heads + head] = slot;
        filled[inLane] = 1;
      }
    });
  });
  return { slots, shape: [keyValueHeads, lanes, groups * time], rows, filled };
}

/**
 * Keys and values as [key/value heads, lanes, own keys]. The shared rows have a slot in every lane; behind all slots
 * stand those of their sums [key/value heads, groups, shared], where `rows` looks for them.
 */
export function keySlots({ lanes, shared, rows: count, sharedLength, groups, ownKeys }: Lanes, keyValueHeads: number): Slots {
  const slots = new Int32Array(keyValueHeads * lanes.length * ownKeys);
  const rows = new Int32Array(count * keyValueHeads);
  const firstShared = shared.map(({ firstRow }) => firstRow);
  for (let head = 0; head < keyValueHeads; head++) {
    lanes.forEach(({ firstRow, length, group }, lane) => {
      const start = (head * lanes.length + lane) * ownKeys;
      for (let row = 0; row < sharedLength; row++) slots[start + row] = (firstShared[group] + row) * keyValueHeads + head;
      for (let i = 0; i < length; i++) {
        slots[start + sharedLength + i] = (firstRow + i) * keyValueHeads + head;
        rows[(firstRow + i) * keyValueHeads + head] = start + sharedLength + i;
      }
    });
    firstShared.forEach((first, group) => {
      for (let row = 0; row < sharedLength; row++) rows[(first + row) * keyValueHeads + head] = slots.length + (head * groups + group) * sharedLength + row;
    });
  }
  return { slots, shape: [keyValueHeads, lanes.length, ownKeys], rows };
}
