import { batchInvariance, hardPromptInvariance, InvarianceCase, type InvarianceResult, layoutInvariance } from "../parity/invariance.js";
import { small, worst } from "../parity/compare.js";
import { withRealBackbone } from "../parity/real-backbone.js";
import { readParityReference } from "../parity/reference.js";
import type { Claim } from "./claim.js";

const limit = 1e-5;

export const claim: Claim = {
  name: "invariance",
  summary:
    "Padding, hard prompts as vectors, and kept keys/values change no result by more than 1e-5 of its scale (loss, gradients, log-probabilities).",
  async run({ root, print, signal }) {
    print("Relative differences: of the loss; of the log-probabilities (largest, to the largest); of the gradient (norm).");
    const results = await withRealBackbone({ signal }, async (backbone) => {
      const text = readParityReference(root).logits.find(({ name }) => name === "long")!.ids;
      const texts = [[0, 9], [9, 49], [49, 66], [66, 97], [97, 121], [121, 133]].map(([from, to]) => text.subarray(from, to));
      const input = new InvarianceCase(backbone, { virtualTokens: 20, texts, seed: 5 });
      const all: InvarianceResult[] = [];
      for (const part of [batchInvariance, hardPromptInvariance, layoutInvariance]) {
        for (const result of await part(input)) {
          const { name, loss, logProbabilities, gradients } = result;
          print(`${name}: loss ${small(loss)}, log-probabilities ${small(logProbabilities)}${gradients === undefined ? "" : `, gradient ${small(gradients)}`}`);
          all.push(result);
        }
        signal.throwIfAborted();
      }
      return all;
    });
    const largest = worst(results.flatMap(({ loss, logProbabilities, gradients = 0 }) => [loss, logProbabilities, gradients]));
    print(`${results.length} comparisons, largest relative difference: ${small(largest)} (limit ${small(limit)})`);
    return largest <= limit;
  },
};
