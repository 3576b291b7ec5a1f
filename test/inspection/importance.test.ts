import { describe, expect, it } from "vitest";
import { leaveOneOut, type Measured } from "../../src/inspection/importance.js";

/** A task whose loss in row r is the sum of the vectors' first numbers times r: each vector's worth is known. */
const linear = async (prompt: Float32Array): Promise<Measured> => {
  const sum = prompt[0] + prompt[2] + prompt[4];
  return { losses: [0, 1, 2, 3].map((row) => 10 - sum * row), answers: [0, 1, 2, 3].map((row) => (sum * row > 4 ? "yes" : "no")), accuracy: sum > 4 ? 1 : 0.5 };
};
const prompt = Float32Array.of(1, 9, 0, 9, 4, 9);

describe("leave-one-out importance", () => {
  it("is what the loss gains without a vector, with its error over the rows", async () => {
    const seen: number[] = [];
    const { whole, tokens } = await leaveOneOut(prompt, Float32Array.of(0, 0), linear, { onToken: ({ index }, done, total) => seen.push(index, done, total) });
    expect(whole.losses).toEqual([10, 5, 0, -5]);
    expect(tokens.map(({ lossChange }) => lossChange)).toEqual([1.5, 0, 6]);
    // Changes 0, 1, 2, 3: their standard deviation is sqrt(5/3), over four rows.
    expect(tokens[0].standardError).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
    expect(tokens[1]).toEqual({ index: 1, lossChange: 0, standardError: 0, accuracyChange: 0, changedAnswers: 0 });
    expect(tokens[2]).toMatchObject({ accuracyChange: -0.5, changedAnswers: 3 });
    expect(seen).toEqual([0, 1, 3, 1, 2, 3, 2, 3, 3]);
    expect(prompt).toEqual(Float32Array.of(1, 9, 0, 9, 4, 9));
  });

  it("puts the neutral vector in the place, whole", async () => {
    const given: number[][] = [];
    await leaveOneOut(prompt, Float32Array.of(-1, -2), async (values) => (given.push([...values]), { losses: [0] }));
    expect(given).toEqual([[1, 9, 0, 9, 4, 9], [-1, -2, 0, 9, 4, 9], [1, 9, -1, -2, 4, 9], [1, 9, 0, 9, -1, -2]]);
  });

  it("knows of no accuracy or answers where the task has none, and stops when told", async () => {
    const { tokens } = await leaveOneOut(prompt, Float32Array.of(0, 0), async () => ({ losses: [1] }));
    expect(tokens[0]).toEqual({ index: 0, lossChange: 0, standardError: 0, accuracyChange: null, changedAnswers: null });
    const stop = new AbortController();
    await expect(leaveOneOut(prompt, Float32Array.of(0, 0), async (values) => (stop.abort(), linear(values)), { signal: stop.signal })).rejects.toMatchObject({ kind: "stopped" });
  });
});
