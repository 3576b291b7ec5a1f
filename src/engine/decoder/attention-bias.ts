import type { Lane, Lanes, Query } from "./lanes.js";

/** Added to the score of a key that a row must not see. Finite, so that no NaN can arise; exp(−1e9) is exactly 0. */
const masked = -1e9;

export interface AttentionBias {
  readonly data: Float32Array;
  /** [lanes, time, past and own keys] */
  readonly shape: readonly [number, number, number];
}

/**
 * Mask of the given queries, by lane: a row sees its past, the shared rows and the rows of its lane up to itself; with
 * a window only the last `window` positions of those, itself included. Slots without a query see everything: nothing
 * reads them.
 */
export function attentionBias(batch: Lanes, queries: readonly (readonly Query[])[], window = Infinity): AttentionBias {
  const time = Math.max(...queries.map((lane) => lane.length));
  const keys = batch.pastTime + batch.ownKeys;
  const data = new Float32Array(queries.length * time * keys);
  queries.forEach((queriesOfLane, index) => {
    const lane = batch.lanes[index];
    queriesOfLane.forEach(({ position }, at) => maskRow(data.subarray((index * time + at) * keys, (index * time + at + 1) * keys), lane, batch, position, window));
  });
  return { data, shape: [queries.length, time, keys] };
}

function maskRow(row: Float32Array, { pastLength }: Lane, { pastTime }: Lanes, position: number, window: number): void {
  // Own slot k holds the position pastLength + k: the shared rows, which ask in any lane, then the lane's own.
  const own = position - pastLength + 1;
  row.fill(masked, pastLength, pastTime);
  row.fill(masked, pastTime + own);
  const hidden = position + 1 - window;
  if (hidden <= 0) return;
  row.fill(masked, 0, Math.min(hidden, pastLength));
  if (hidden > pastLength) row.fill(masked, pastTime, pastTime + hidden - pastLength);
}
