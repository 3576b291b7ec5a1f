import path from "node:path";
import { describe, expect, it } from "vitest";
import { relativeError, worst } from "../../../bench/parity/compare.js";
import { encoderNames, withEncoder } from "../../../bench/parity/encoders.js";
import { RandomSource } from "../../../src/common/random.js";
import type { Head, Sequence, TensorValues } from "../../../src/engine/program.js";
import { verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";

const root = path.join(import.meta.dirname, "..", "..", "..");
const virtualTokens = 3;

/** [CLS] prompt text [SEP], of the given lengths; the first row is scored. */
function batchOf(lengths: readonly number[]): Sequence[] {
  return lengths.map((length, item) => {
    const text = Array.from({ length }, (_, i) => 5 + ((i * 37 + item * 11) % 80));
    const tokens = Int32Array.from([2, -1, -1, -1, ...text, 3]);
    return { tokens, virtualTokens: Int32Array.from(tokens, (id, row) => (id < 0 ? row - 1 : -1)), scored: [{ row: 0, target: item % 2 }] };
  });
}

const heads: readonly (readonly [string, Head])[] = [
  ["the first position", { kind: "linear", classes: 2 }],
  ["the mean", { kind: "linear", classes: 2, pooling: "mean" }],
  ["the maximum", { kind: "linear", classes: 2, pooling: "max" }],
  ["words", { kind: "words", tokenIds: Int32Array.of(10, 20) }],
];

function valuesFor(width: number): TensorValues {
  const random = RandomSource.fromSeed(3);
  const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.5 * random.normal());
  return { prompt: normal(virtualTokens * width), "head.weight": normal(2 * width), "head.bias": normal(2) };
}

describe.each(encoderNames(root))("%s", (family) => {
  it("has gradients that agree with differences of the loss, for every head", async () => {
    await withEncoder(root, family, "folder", async (backbone) => {
      for (const [name, head] of heads) {
        const program = await backbone.createProgram({ virtualTokens, head });
        const { passed, relativeErrors } = await verifyGradient(program, batchOf([9, 4]), valuesFor(backbone.embeddings.width), { directions: 4, random: RandomSource.fromSeed(1) });
        expect(passed, `${name}: ${relativeErrors.join(", ")}`).toBe(true);
      }
    });
  });

  it("gives a padded batch what its sequences give alone", async () => {
    await withEncoder(root, family, "folder", async (backbone) => {
      // Longer than the windows of the tiny models, so that padded rows far behind a short text are there too.
      const batch = batchOf([40, 3, 17]);
      const values = valuesFor(backbone.embeddings.width);
      for (const [name, head] of heads) {
        const program = await backbone.createProgram({ virtualTokens, head });
        const together = await program.step(batch, values);
        const alone = await Promise.all(batch.map((sequence) => program.step([sequence], values)));
        const mean = Object.fromEntries(Object.keys(together.gradients).map((key) => [key, together.gradients[key].map((_, i) => alone.reduce((sum, { gradients }) => sum + gradients[key][i], 0) / batch.length)]));
        expect(worst([relativeError(together.gradients, mean)]), name).toBeLessThanOrEqual(1e-5);
        expect(together.loss, name).toBeCloseTo(alone.reduce((sum, { loss }) => sum + loss, 0) / batch.length, 5);
      }
    });
  });
});

describe("what an encoder cannot do", () => {
  it("writes no text, and says what to use instead", async () => {
    await withEncoder(root, "bert", "folder", async (backbone) => {
      const program = await backbone.createProgram({ virtualTokens, head: { kind: "vocabulary" } });
      await expect(program.generate(batchOf([3])[0], {}, { maxNewTokens: 3, stopTokenIds: [] })).rejects.toThrow("An encoder reads texts and writes none.");
    });
  });

  it("has no pooler where its files hold none", async () => {
    await withEncoder(root, "distilbert", "folder", async (backbone) => {
      expect(backbone.description.encoder).toEqual({ scoresWords: true, pooler: false });
      await expect(backbone.createProgram({ virtualTokens, head: { kind: "linear", classes: 2, pooling: "pooler" } })).rejects.toThrow("no pooler");
    });
  });

  it("scores no words where an export gives hidden states only", async () => {
    await withEncoder(root, "roberta", "onnx-features", async (backbone) => {
      expect(backbone.description).toMatchObject({ encoder: { scoresWords: false, pooler: false }, contextLength: 126, family: "roberta" });
      await expect(backbone.createProgram({ virtualTokens, head: { kind: "words", tokenIds: Int32Array.of(1, 2) } })).rejects.toThrow("hidden states and no logits");
    });
  });
});
