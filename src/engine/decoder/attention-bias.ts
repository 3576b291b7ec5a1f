/** Added to the score of a key that a row must not see. Finite, so that no NaN can arise; exp(−1e9) is exactly 0. */
const masked = -1e9;

export interface OwnBias {
  readonly data: Float32Array;
  /** [1 or batch, time, keys] */
  readonly shape: readonly [number, number, number];
}

/**
 * Mask of the own rows: every row sees its past, the shared rows, and the own rows up to itself; with a window only
 * the last `window` positions of those, itself included. One mask serves the whole batch unless the pasts differ in
 * length.
 */
export function ownBias(pastLengths: readonly number[], pastTime: number, sharedLength: number, time: number, window = Infinity): OwnBias {
  const ragged = pastLengths.some((length) => length !== pastTime);
  const batch = pastTime > 0 && ragged ? pastLengths.length : 1;
  const keys = pastTime + sharedLength + time;
  const data = new Float32Array(batch * time * keys);
  for (let item = 0; item < batch; item++) {
    for (let row = 0; row < time; row++) {
      const start = (item * time + row) * keys;
      if (batch > 1) data.fill(masked, start + pastLengths[item], start + pastTime);
      data.fill(masked, start + pastTime + sharedLength + row + 1, start + keys);
      hideBeforeWindow(data, start, { pastLength: pastLengths[item], pastTime, hidden: pastLengths[item] + sharedLength + row + 1 - window });
    }
  }
  return { data, shape: [batch, time, keys] };
}

/** Masks the first `hidden` positions of a row's keys: those of its past, then those of the shared and own rows. */
function hideBeforeWindow(data: Float32Array, start: number, { pastLength, pastTime, hidden }: { pastLength: number; pastTime: number; hidden: number }): void {
  if (hidden <= 0) return;
  data.fill(masked, start, start + Math.min(hidden, pastLength));
  if (hidden > pastLength) data.fill(masked, start + pastTime, start + pastTime + hidden - pastLength);
}
