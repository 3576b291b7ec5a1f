import path from "node:path";
import { describe, expect, it } from "vitest";
import { type EncoderFormat, encoderFormats, encoderNames, encoderParity, withEncoder } from "../../bench/parity/encoders.js";
import { referenceFolder } from "../../bench/parity/reference.js";
import { equalTokenIds } from "../../bench/parity/token-ids.js";

/** Tiny random encoders in every format against PyTorch in float64 (scripts/reference/encoders.py). */

const root = path.join(import.meta.dirname, "..", "..");
const families = encoderNames(root);
const cases = families.flatMap((family) => (Object.keys(encoderFormats) as EncoderFormat[]).map((format) => [family, format] as const));

describe("encoder families against PyTorch", () => {
  it.each(cases)("%s from %s: scores of words, gradients by the soft prompt and by the light head", async (family, format) => {
    const { logProbabilities, gradient, cases: compared } = await encoderParity(root, family, format);
    expect(compared).toBeGreaterThan(1);
    if (format !== "onnx features") expect(logProbabilities).toBeLessThanOrEqual(1e-4);
    expect(gradient).toBeLessThanOrEqual(1e-4);
  });

  it.each(families)("%s: token ids of 10,000 texts are those of the Python package", async (family) => {
    await withEncoder(root, family, "folder", (backbone) => {
      const { equal, of } = equalTokenIds(backbone.tokenizer, path.join(referenceFolder(root), "encoders", family, "tokenizer.bin"));
      expect(of).toBe(10_000);
      expect(equal).toBe(of);
      return Promise.resolve();
    });
  }, 120_000);
});
