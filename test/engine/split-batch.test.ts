import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineSteps, splitBatch } from "../../src/engine/split-batch.js";
import { sequence } from "./decoder/sequences.js";

describe("parts of a batch", () => {
  it("hold every sequence once, in order, within the limit, in no more parts than needed by much", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 100, max: 1000 }), (rows, limit) => {
        const batch = rows.map((length) => sequence(Array.from({ length: 1 + (length % 3) }, (_, at) => at)));
        const parts = splitBatch(batch, rows, limit);
        expect(parts.flat()).toEqual(batch);
        let next = 0;
        for (const part of parts) {
          const inPart = part.reduce((sum) => sum + rows[next++], 0);
          expect(part.length).toBeGreaterThan(0);
          if (part.length > 1) expect(inPart).toBeLessThanOrEqual(limit);
        }
        const total = rows.reduce((sum, each) => sum + each, 0);
        if (total <= limit) expect(parts).toHaveLength(1);
        expect(parts.length).toBeLessThanOrEqual(2 * Math.ceil(total / limit) + 1);
      }),
    );
  });

  it("count by their share of the sequences", () => {
    const [a, b] = [sequence([1]), sequence([2])];
    const step = (loss: number, value: number) => ({ loss, gradients: { prompt: Float32Array.of(value, -value) } });
    expect(combineSteps([[a, b, a], [b]], [step(1, 4), step(3, 8)])).toEqual({ loss: 1.5, gradients: { prompt: Float32Array.of(5, -5) } });
  });
});
