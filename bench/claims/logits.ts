import { small, worst } from "../parity/compare.js";
import { compareLogits } from "../parity/logits.js";
import { withRealBackbone } from "../parity/real-backbone.js";
import { readParityReference } from "../parity/reference.js";
import type { Claim } from "./claim.js";

const limit = 1e-3;

export const claim: Claim = {
  name: "logits",
  summary: "Logits of SmolLM2-135M agree with PyTorch on the same weights: largest difference at most 1e-3.",
  async run({ root, print, signal }) {
    const reference = readParityReference(root);
    print(`Reference: ${reference.madeWith}, float64, one sequence at a time (scripts/reference/smollm2.py).`);
    const results = await withRealBackbone({ signal }, (backbone) => compareLogits(backbone, reference.logits));
    for (const { name, tokens, positions, compared, logits, logProbabilities, greedy } of results) {
      const own = reference.logits.find((each) => each.name === name)!.float32Error;
      const continued = greedy ? `; greedy continuation: ${greedy.equal} of ${greedy.of} tokens equal` : "";
      print(`${name.padEnd(8)} ${String(tokens).padStart(4)} tokens, ${positions} positions, ${compared} logits: largest difference ${small(logits)} (PyTorch in float32: ${small(own)}), of log-probabilities over the vocabulary ${small(logProbabilities)}${continued}`);
    }
    const largest = worst(results.flatMap(({ logits, logProbabilities }) => [logits, logProbabilities]));
    print(`Largest difference: ${small(largest)} (limit ${small(limit)})`);
    return largest <= limit && results.every(({ greedy }) => !greedy || greedy.equal === greedy.of);
  },
};
