import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planLayout } from "../../../src/engine/decoder/layout.js";
import { planPasses } from "../../../src/engine/decoder/passes.js";
import type { StepRequest } from "../../../src/engine/program.js";
import { sequence } from "./sequences.js";

const words = { kind: "words", tokenIds: Int32Array.of(1, 2) } as const;
const layoutOf = (batch: StepRequest["batch"]) => planLayout(batch, () => 0);
const request = (texts: readonly number[]): StepRequest => ({ batch: texts.map((length, i) => sequence(["s0", ...Array.from({ length }, (_, at) => 7 + i + at)])), values: {} });

describe("passes that several prompts share", () => {
  it("hold every request once, in order, with equally many sequences and few rows", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 2, max: 300 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }), (texts) => {
        const requests = texts.map(request);
        const passes = planPasses(requests, { head: words, layoutOf });
        expect(passes.flat()).toEqual(requests);
        for (const pass of passes) {
          expect(new Set(pass.map(({ batch }) => batch.length)).size).toBe(1);
          const rows = pass.flatMap(({ batch }) => batch).reduce((sum, { tokens }) => sum + tokens.length, 0);
          // The shared row counts once a request.
          if (pass.length > 1) expect(rows - pass.length * (pass[0].batch.length - 1)).toBeLessThanOrEqual(512);
        }
      }),
    );
  });

  it("are one each where every prompt has a light head of its own", () => {
    const requests = [request([3, 4]), request([3, 4])];
    expect(planPasses(requests, { head: { kind: "linear", classes: 2 }, layoutOf })).toHaveLength(2);
    expect(planPasses(requests, { head: words, layoutOf })).toHaveLength(1);
  });
});
