import path from "node:path";
import { describe, expect, it } from "vitest";
import { familyNames, familyParity, formatsOf } from "../../bench/parity/families.js";

/** Tiny random encoder-decoders, in every format, against PyTorch in float64 (scripts/reference/encoder_decoders.py). */

const root = path.join(import.meta.dirname, "..", "..");
const cases = familyNames(root, "encoder-decoders").flatMap((family) => formatsOf(root, family, "encoder-decoders").map((format) => [family, format] as const));

describe("encoder-decoders against PyTorch", () => {
  it.each(cases)("%s from %s: logits, gradients by the soft prompt, greedy answers", async (family, format) => {
    const { logProbabilities, gradient, greedy } = await familyParity(root, family, format, "encoder-decoders");
    expect(logProbabilities).toBeLessThanOrEqual(1e-4);
    expect(gradient).toBeLessThanOrEqual(1e-4);
    expect(greedy).toEqual({ equal: 48, of: 48 });
  });
});
