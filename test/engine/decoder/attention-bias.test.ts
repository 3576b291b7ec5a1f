import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attentionBias } from "../../../src/engine/decoder/attention-bias.js";
import { everyQuery, planLanes, scoredQueries } from "../../../src/engine/decoder/lanes.js";
import type { BatchLayout } from "../../../src/engine/decoder/layout.js";
import type { Sequence } from "../../../src/engine/program.js";
import { sequence } from "./sequences.js";

/** A batch in one of the layouts there are: pasts of any length and no shared rows, or one past and shared rows. */
const batches = fc
  .record({ lengths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), pasts: fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }), shared: fc.nat(3) })
  .map(({ lengths, pasts, shared }): { batch: Sequence[]; layout: BatchLayout } => {
    const pastLengths = lengths.map((_, i) => (shared > 0 ? pasts[0] : pasts[i]));
    const batch = lengths.map((length, i) => sequence(Array.from({ length: pastLengths[i] + shared + length }, (_, at) => at)));
    const past = Math.max(...pastLengths) === 0 ? "none" : shared > 0 ? "one" : "each";
    return { batch, layout: { past, pastLengths, sharedLength: shared } };
  });

describe("mask of the rows that ask", () => {
  it("lets every row see its past, the shared rows and its lane up to itself within its window, and nothing later or padded", () => {
    fc.assert(
      fc.property(batches, fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), fc.boolean(), ({ batch, layout }, window, scoredOnly) => {
        const lanes = planLanes(batch, layout);
        const queries = (scoredOnly ? scoredQueries : everyQuery)(lanes);
        const { data, shape } = attentionBias(lanes, queries, window);
        const [count, time, keys] = shape;
        expect([count, keys]).toEqual([lanes.lanes.length, lanes.pastTime + lanes.ownKeys]);
        queries.forEach((queriesOfLane, index) => {
          const { pastLength, length } = lanes.lanes[index];
          const made = layout.sharedLength + length;
          queriesOfLane.forEach(({ position }, at) => {
            for (let key = 0; key < keys; key++) {
              const inPast = key < lanes.pastTime;
              const exists = inPast ? key < pastLength : key - lanes.pastTime < made;
              const keyPosition = inPast ? key : pastLength + key - lanes.pastTime;
              const seen = exists && keyPosition <= position && position - keyPosition < (window ?? Infinity);
              expect(data[(index * time + at) * keys + key]).toBe(seen ? 0 : Math.fround(-1e9));
            }
          });
        });
      }),
    );
  });
});
