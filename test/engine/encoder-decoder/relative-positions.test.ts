import { describe, expect, it } from "vitest";
import { relativeBucket, relativeBuckets } from "../../../src/engine/encoder-decoder/relative-positions.js";

/** Values of transformers' T5Attention._relative_position_bucket (float32). */
const large = { buckets: 32, furthestDistance: 128 };

describe("buckets of relative positions", () => {
  it("are transformers' for an encoder: both directions, wider with the distance", () => {
    const offsets = [-300, -128, -127, -64, -33, -32, -17, -16, -12, -9, -8, -7, -1, 0, 1, 7, 8, 11, 12, 16, 23, 32, 46, 64, 91, 127, 128, 300];
    expect(offsets.map((offset) => relativeBucket(offset, "encoder", large))).toEqual([15, 15, 15, 14, 12, 12, 10, 10, 9, 8, 8, 7, 1, 0, 17, 23, 24, 24, 25, 26, 27, 28, 29, 30, 31, 31, 31, 31]);
  });

  it("put everything behind a decoder's row into the bucket of itself", () => {
    expect([3, 1, 0, -1, -15, -16, -127, -128, -999].map((offset) => relativeBucket(offset, "decoder", large))).toEqual([0, 0, 0, 1, 15, 16, 31, 31, 31]);
  });

  it("count rows from the past on", () => {
    const whole = relativeBuckets("decoder", large, 5);
    expect([...relativeBuckets("decoder", large, 2, 3)]).toEqual([...whole.subarray(15)]);
  });
});
