import { small, worst } from "../parity/compare.js";
import { compareGradients } from "../parity/gradients.js";
import { withRealBackbone } from "../parity/real-backbone.js";
import { readParityReference } from "../parity/reference.js";
import type { Claim } from "./claim.js";

const limit = 1e-4;

export const claim: Claim = {
  name: "gradient",
  summary: "Gradients by the soft prompt through SmolLM2-135M agree with PyTorch: relative error (norm) at most 1e-4, losses too.",
  async run({ root, print, signal }) {
    const reference = readParityReference(root);
    print(`Reference: ${reference.madeWith}, float64, one sequence at a time; here float32, each case one padded batch.`);
    const results = await withRealBackbone({ signal }, (backbone) => compareGradients(backbone, reference));
    for (const { name, lengths, loss, gradients } of results) {
      const own = reference.gradients.find((each) => each.name === name)!.float32Error;
      const errors = Object.entries(gradients).map(([tensor, error]) => `${tensor} ${small(error)} (PyTorch in float32: ${small(own[tensor])})`);
      print(`${name.padEnd(19)} ${lengths.length} sequences of ${lengths.join(", ")} tokens: relative error of the loss ${small(loss)}, of the gradient by ${errors.join(", by ")}`);
    }
    const largest = worst(results.flatMap(({ loss, gradients }) => [loss, ...Object.values(gradients)]));
    print(`Largest relative error: ${small(largest)} (limit ${small(limit)})`);
    return largest <= limit;
  },
};
