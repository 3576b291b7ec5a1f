import path from "node:path";
import { describe, expect, it } from "vitest";
import { batchInvariance, InvarianceCase, layoutInvariance } from "../../bench/parity/invariance.js";
import { worst } from "../../bench/parity/compare.js";
import { familyNames, familyParity, type Format, formats, withFamily } from "../../bench/parity/families.js";

/** Tiny random models of every family, in every format, against PyTorch in float64 (scripts/reference/families.py). */

const root = path.join(import.meta.dirname, "..", "..");
const cases = familyNames(root).flatMap((family) => (Object.keys(formats) as Format[]).map((format) => [family, format] as const));

describe("decoder families against PyTorch", () => {
  it.each(cases)("%s from %s: logits and gradients by the soft prompt", async (family, format) => {
    const { logProbabilities, gradient, greedy } = await familyParity(root, family, format);
    expect(logProbabilities).toBeLessThanOrEqual(1e-4);
    expect(gradient).toBeLessThanOrEqual(1e-4);
    expect(greedy.equal).toBe(greedy.of);
  });

  it.each(familyNames(root))("%s: padding, kept keys/values and shared rows change nothing", async (family) => {
    await withFamily(root, family, "gguf", async (backbone) => {
      const texts = [9, 26, 5, 14].map((length, item) => Int32Array.from({ length }, (_, i) => 3 + ((i * 37 + item * 101) % 250)));
      const input = new InvarianceCase(backbone, { virtualTokens: 7, texts, seed: 2 });
      const [words] = input.heads;
      const results = [...(await batchInvariance(input, [["suffix", words], ["prefix", words]])), ...(await layoutInvariance(input))];
      for (const { name, loss, logProbabilities, gradients = 0 } of results) expect(worst([loss, logProbabilities, gradients]), name).toBeLessThanOrEqual(1e-5);
    });
  });
});
