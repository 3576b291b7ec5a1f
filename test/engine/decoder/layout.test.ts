import { describe, expect, it } from "vitest";
import { planLayout } from "../../../src/engine/decoder/layout.js";
import { sequence } from "./sequences.js";

const nothingKept = (): number => 0;

describe("layout of a batch", () => {
  it("shares a prefix prompt and the constant text behind it", () => {
    const batch = [sequence(["s0", "s1", 5, 7, 8]), sequence(["s0", "s1", 5, 9, 8, 4])];
    expect(planLayout(batch, nothingKept)).toEqual({ past: "none", pastLengths: [0, 0], sharedLength: 3 });
  });

  it("computes constant text before a prefix prompt once for the whole run", () => {
    const batch = [sequence([3, 4, "s0", 7, 8]), sequence([3, 4, "s0", 9, 8, 4])];
    expect(planLayout(batch, nothingKept)).toEqual({ past: "one", pastLengths: [2, 2], sharedLength: 1 });
  });

  it("keeps each text that stands before a suffix prompt", () => {
    const batch = [sequence([3, 7, 8, "s0", 1]), sequence([3, 9, "s0", 1])];
    expect(planLayout(batch, nothingKept)).toEqual({ past: "each", pastLengths: [3, 2], sharedLength: 0 });
  });

  it("keeps one text when the whole batch has the same before the prompt", () => {
    const batch = [sequence([3, 7, "s0", 1]), sequence([3, 7, "s0", 2])];
    expect(planLayout(batch, nothingKept)).toEqual({ past: "one", pastLengths: [2, 2], sharedLength: 1 });
  });

  it("never shares or keeps a scored row", () => {
    const scored = [{ row: 1, target: 0 }];
    const batch = [sequence(["s0", 5, 6], scored), sequence(["s0", 5, 6], scored)];
    const { pastLengths, sharedLength } = planLayout(batch, nothingKept);
    expect(pastLengths[0] + sharedLength).toBeLessThanOrEqual(1);
  });

  it("uses kept texts for sequences without virtual tokens, also when only some have one", () => {
    const batch = [sequence([3, 7, 8, 1]), sequence([3, 9, 1])];
    expect(planLayout(batch, (item) => (item.tokens.length === 4 ? 3 : 0))).toEqual({ past: "each", pastLengths: [3, 0], sharedLength: 0 });
    expect(planLayout(batch, nothingKept)).toEqual({ past: "none", pastLengths: [0, 0], sharedLength: 0 });
  });

  it("leaves a row to score when the whole sequence is kept", () => {
    expect(planLayout([sequence([3, 7])], () => 2).pastLengths).toEqual([1]);
  });
});
