import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineScores, combineSteps, splitBatch } from "../../src/engine/split-batch.js";

describe("parts of a batch", () => {
  it("hold every sequence once, shorter ones first, within the limit, in no more parts than needed by much", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 100, max: 1000 }), (rows, limit) => {
        const parts = splitBatch(rows, limit);
        const places = parts.flat();
        expect([...places].sort((a, b) => a - b)).toEqual([...rows.keys()]);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          if (part.length > 1) expect(part.reduce((sum, place) => sum + rows[place], 0)).toBeLessThanOrEqual(limit);
        }
        const total = rows.reduce((sum, each) => sum + each, 0);
        if (total <= limit) expect(parts).toEqual([[...rows.keys()]]);
        else expect(places.map((place) => rows[place])).toEqual([...rows].sort((a, b) => a - b));
        expect(parts.length).toBeLessThanOrEqual(2 * Math.ceil(total / limit) + 1);
      }),
    );
  });

  it("count by their share of the sequences, and give each sequence its own scores", () => {
    const step = (loss: number, value: number) => ({ loss, gradients: { prompt: Float32Array.of(value, -value) } });
    const parts = [[2, 0, 3], [1]];
    expect(combineSteps(parts, [step(1, 4), step(3, 8)])).toEqual({ loss: 1.5, gradients: { prompt: Float32Array.of(5, -5) } });
    const scores = (loss: number, ...places: number[]) => ({ loss, logProbabilities: places.map((place) => [Float32Array.of(place)]) });
    expect(combineScores(parts, [scores(1, 2, 0, 3), scores(3, 1)])).toEqual(scores(1.5, 0, 1, 2, 3));
  });
});
