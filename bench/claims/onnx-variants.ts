import path from "node:path";
import { batchOf, headOf, readReference, relativeError } from "../../test/engine/exported/reference-cases.js";
import { createExportedProgram } from "../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../src/engine/exported/open-exported-model.js";
import { small, worst } from "../parity/compare.js";
import type { Claim } from "./claim.js";

/** Largest relative error of a gradient against PyTorch with the dequantised weights, where no activations are rounded. */
const exactLimit = 1e-4;
/** The same where they are: eight bits, straight through. */
const roundedLimit = 0.1;
const variants = ["fp16", "int8", "uint8", "q4", "q4-asymmetric", "q4-qdq", "q4f16", "bnb4", "genai-int4"];

export const claim: Claim = {
  name: "onnx-variants",
  summary: "The hub's file variants of an ONNX model train: gradient error against the dequantised model in PyTorch at most 1e-4, 0.1 where activations are rounded.",
  async run({ root, print }) {
    const passed: boolean[] = [];
    for (const variant of variants) {
      const folder = path.join(root, "test", "engine", "exported", "reference", "variants", variant);
      const reference = readReference(folder);
      const model = await openExportedModel(path.join(folder, "model.onnx"));
      const [gradients, losses, unrounded]: number[][] = [[], [], []];
      for (const stored of reference.cases) {
        const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(stored) });
        const exact = program.withExactActivations?.();
        const values = { prompt: Float32Array.from(reference.prompt) };
        const found = await program.step(batchOf(stored), values);
        gradients.push(relativeError(found.gradients.prompt, stored.gradient));
        losses.push(Math.abs(found.loss - stored.loss) / stored.loss);
        if (exact) unrounded.push(relativeError((await exact.step(batchOf(stored), values)).gradients.prompt, stored.gradient));
        await exact?.dispose();
        await program.dispose();
      }
      const rounds = unrounded.length > 0;
      passed.push(worst(gradients) <= (rounds ? roundedLimit : exactLimit) && (!rounds || worst(unrounded) <= exactLimit));
      const without = rounds ? `, without rounding activations ${small(worst(unrounded))}` : "";
      print(`${variant}: ${gradients.length} cases, largest error of the gradient ${small(worst(gradients))}${without}, of the loss ${small(worst(losses))}`);
    }
    return passed.every(Boolean);
  },
};
