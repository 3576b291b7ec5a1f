import type { EncoderDecoderConfiguration, Side } from "./configuration.js";

/**
 * The bucket of a key that stands `offset` positions behind (negative: before) the query: single offsets near the
 * query, ever wider ranges further away, the last bucket for everything from `furthestDistance` on. An encoder tells
 * both directions apart; a decoder sees only what is before (Raffel et al. 2020, section 2.1; `_relative_position_bucket`
 * of transformers, in float32 as there).
 */
export function relativeBucket(offset: number, side: Side, { buckets, furthestDistance }: Pick<EncoderDecoderConfiguration, "buckets" | "furthestDistance">): number {
  const inDirection = side === "encoder" ? Math.floor(buckets / 2) : buckets;
  const first = side === "encoder" && offset > 0 ? inDirection : 0;
  const distance = side === "encoder" ? Math.abs(offset) : Math.max(0, -offset);
  const exact = Math.floor(inDirection / 2);
  if (distance < exact) return first + distance;
  const ratio = Math.fround(Math.fround(Math.log(Math.fround(distance / exact))) / Math.fround(Math.log(furthestDistance / exact)));
  return first + Math.min(inDirection - 1, exact + Math.trunc(Math.fround(ratio * (inDirection - exact))));
}

/** Buckets of `queries` rows that follow on `past` others, for keys from the first position on: [queries, past + queries]. */
export function relativeBuckets(side: Side, configuration: Pick<EncoderDecoderConfiguration, "buckets" | "furthestDistance">, queries: number, past = 0): BigInt64Array {
  const keys = past + queries;
  const result = new BigInt64Array(queries * keys);
  // One value an offset: the logarithms of all pairs would take longer than the layers.
  const byOffset = BigInt64Array.from({ length: 2 * keys + 1 }, (_, at) => BigInt(relativeBucket(at - keys, side, configuration)));
  for (let query = 0; query < queries; query++) {
    for (let key = 0; key < keys; key++) result[query * keys + key] = byOffset[key - (past + query) + keys];
  }
  return result;
}
