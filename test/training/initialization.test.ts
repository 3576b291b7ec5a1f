import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../src/common/random.js";
import type { InitializationContext } from "../../src/training/initialization/context.js";
import { initializePrompt } from "../../src/training/initialization/initialize-prompt.js";
import { initializeHead } from "../../src/training/initialization/light-head.js";
import { dimensionStatistics } from "../../src/training/initialization/random.js";
import { mostCommonTokens, sampledVocabularyTokens } from "../../src/training/initialization/sampled-vocabulary.js";
import { textTokens } from "../../src/training/initialization/text.js";
import { countTokens } from "../../src/training/initialization/token-frequencies.js";
import { letterTokenizer, tableOf } from "./fake-backbone.js";

const rows = 28;
/** Row i is [i, i²/100]. */
const matrix = Float32Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? i / 2 : ((i - 1) / 2) ** 2 / 100));
const table = tableOf(matrix, 2);

function context(changes: Partial<InitializationContext> = {}): InitializationContext {
  return {
    virtualTokens: 5,
    embeddings: table,
    tokenizer: letterTokenizer(rows),
    labelWords: ["a", "bd"],
    tokenFrequencies: countTokens([[5, 5, 9], [9, 5, 7, -1, 99]], rows),
    random: RandomSource.fromSeed(1),
    readFile: () => Promise.reject(new Error("not asked for")),
    ...changes,
  };
}
const firstColumn = (prompt: Float32Array) => Array.from(prompt).filter((_, i) => i % 2 === 0);

describe("initialisation", () => {
  it("random has the mean and deviation of every dimension of the vocabulary", async () => {
    const prompt = await initializePrompt({ type: "random" }, context({ virtualTokens: 20_000 }));
    const expected = dimensionStatistics(matrix, 2);
    const actual = dimensionStatistics(prompt, 2);
    expect(expected.mean[0]).toBe(13.5);
    expect(expected.deviation[0]).toBeCloseTo(Math.sqrt((rows ** 2 - 1) / 12), 12);
    for (const j of [0, 1]) {
      expect(Math.abs(actual.mean[j] - expected.mean[j])).toBeLessThan(0.04 * expected.deviation[j]);
      expect(Math.abs(actual.deviation[j] / expected.deviation[j] - 1)).toBeLessThan(0.03);
    }
  });

  it("normal is N(0, 1)", async () => {
    const { mean, deviation } = dimensionStatistics(await initializePrompt({ type: "normal" }, context({ virtualTokens: 20_000 })), 2);
    for (const j of [0, 1]) {
      expect(Math.abs(mean[j])).toBeLessThan(0.04);
      expect(Math.abs(deviation[j] - 1)).toBeLessThan(0.03);
    }
  });

  it.each([{ type: "random" }, { type: "normal" }, { type: "sampled-vocabulary" }, { type: "class-labels" }] as const)("$type is a function of the seed", async (setting) => {
    const make = (seed: number) => initializePrompt(setting, context({ random: RandomSource.fromSeed(seed) }));
    expect(await make(1)).toEqual(await make(1));
    expect(await make(1)).not.toEqual(await make(2));
    expect((await make(1)).length).toBe(10);
  });

  it("counts tokens, passing over virtual and foreign ones", () => {
    const counts = countTokens([[5, 5, 9], [9, 5, 7, -1, 99]], 10);
    expect(Array.from(counts)).toEqual([0, 0, 0, 0, 0, 3, 0, 1, 0, 2]);
  });

  it("the most common tokens are ordered by count, then id; unseen ones follow by id", () => {
    const counts = [0, 2, 0, 5, 2];
    expect(mostCommonTokens(counts, 2, 5)).toEqual([3, 1]);
    expect(mostCommonTokens(counts, 4, 5)).toEqual([3, 1, 4, 0]);
    expect(mostCommonTokens(counts, 99, 5)).toEqual([3, 1, 4, 0, 2]);
  });

  it("sampled vocabulary draws from the pool without repeating while it lasts", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 90 }), fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }), (seed, count, mostCommon) => {
        const setting = context({ random: RandomSource.fromSeed(seed) });
        const drawn = sampledVocabularyTokens(setting, count, mostCommon);
        const pool = mostCommon === undefined ? rows : Math.min(mostCommon, rows);
        const eligible = new Set(mostCommonTokens(setting.tokenFrequencies, pool, rows));
        expect(drawn.length).toBe(count);
        expect(drawn.every((id) => eligible.has(id))).toBe(true);
        for (let from = 0; from < count; from += pool) {
          const round = drawn.slice(from, from + pool);
          expect(new Set(round).size).toBe(round.length);
        }
      }),
    );
    const counts = new Float64Array(rows);
    for (let seed = 0; seed < 2800; seed++) counts[sampledVocabularyTokens(context({ random: RandomSource.fromSeed(seed * 7919) }), 1)[0]]++;
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(150);
  });

  it("sampled vocabulary gives the tokens' embeddings", async () => {
    const prompt = await initializePrompt({ type: "sampled-vocabulary", mostCommon: 3 }, context({ virtualTokens: 3 }));
    expect(firstColumn(prompt).sort((a, b) => a - b)).toEqual([5, 7, 9]);
    expect(prompt[1]).toBe(matrix[prompt[0] * 2 + 1]);
  });

  it("text is tokenised with special tokens, cut or repeated", async () => {
    expect(textTokens("abc^defg", context())).toEqual([0, 2, 3, 4, 1]);
    expect(textTokens("b", context())).toEqual([0, 3, 0, 3, 0]);
    expect(firstColumn(await initializePrompt({ type: "text", text: "ab" }, context()))).toEqual([0, 2, 3, 0, 2]);
    const silent = { ...letterTokenizer(rows), encode: () => new Int32Array(0) };
    await expect(initializePrompt({ type: "text", text: "?" }, context({ tokenizer: silent }))).rejects.toMatchObject({ kind: "experiment" });
  });

  it("class labels: one row a word, the mean of a word's tokens, the rest from the common tokens", async () => {
    const prompt = await initializePrompt({ type: "class-labels" }, context());
    expect(firstColumn(prompt).slice(0, 2)).toEqual([2, 4]);
    // "bd" is rows 3 and 5: the mean of 0.09 and 0.25.
    expect(prompt[3]).toBeCloseTo(0.17, 6);
    const rest = firstColumn(prompt).slice(2);
    expect(rest.every((row, i) => Number.isInteger(row) && prompt[5 + 2 * i] === matrix[row * 2 + 1])).toBe(true);
    expect(firstColumn(await initializePrompt({ type: "class-labels" }, context({ virtualTokens: 1 })))).toEqual([2]);
    for (const labelWords of [[], ["a", "?"]])
      await expect(initializePrompt({ type: "class-labels" }, context({ labelWords }))).rejects.toMatchObject({ kind: "experiment" });
  });

  it("a file must fit and be finite", async () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => i);
    const load = (file: { rows: number; width: number; values: Float32Array }) =>
      initializePrompt({ type: "file", path: "prompt" }, context({ readFile: async (path) => (expect(path).toBe("prompt"), file) }));
    const prompt = await load({ rows: 5, width: 2, values });
    expect(prompt).toEqual(values);
    expect(prompt).not.toBe(values);
    await expect(load({ rows: 4, width: 2, values: values.slice(0, 8) })).rejects.toMatchObject({ kind: "model", advice: expect.stringContaining("4") as string });
    await expect(load({ rows: 5, width: 3, values: new Float32Array(15) })).rejects.toMatchObject({ kind: "model" });
    await expect(load({ rows: 5, width: 2, values: values.map((value) => (value === 3 ? NaN : value)) })).rejects.toMatchObject({ kind: "model" });
  });

  it("a light head starts with small weights and no bias", () => {
    const head = initializeHead(
      [{ name: "prompt", shape: [5, 2] }, { name: "head.weight", shape: [50, 100] }, { name: "head.bias", shape: [50] }],
      RandomSource.fromSeed(1),
    );
    expect(Object.keys(head)).toEqual(["head.weight", "head.bias"]);
    expect(dimensionStatistics(head["head.weight"], 1).deviation[0]).toBeCloseTo(0.02, 2);
    expect(head["head.weight"].some((value) => value !== 0)).toBe(true);
    expect(head["head.bias"]).toEqual(new Float32Array(50));
  });
});
