import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";
import { batchOf, headOf, readReference, relativeError } from "./reference-cases.js";

/** Where the models are (scripts/reference/onnx_variants.py makes them). */
const folderOf = (variant: string): string => join(process.env.PTUNE_ONNX_VARIANTS ?? join(__dirname, "reference/variants"), variant);

/** Weights are rounded in the file, activations are not rounded: the gradient is that of the dequantised model. */
const exact = ["q4", "q4-asymmetric", "q4-qdq", "genai-int4", "fp16", "q4f16", "bnb4"];

describe.each(exact)("the variant %s", (variant) => {
  const reference = readReference(folderOf(variant));

  it.each(reference.cases)("$name: loss and gradient as PyTorch with the dequantised weights", async (stored) => {
    const model = await openExportedModel(join(folderOf(variant), "model.onnx"));
    const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(stored) });
    const prompt = Float32Array.from(reference.prompt);
    const { loss, gradients } = await program.step(batchOf(stored), { prompt });
    const scores = await program.score(batchOf(stored), { prompt });
    await program.dispose();
    expect(Math.abs(loss - stored.loss)).toBeLessThan(1e-5 * Math.max(1, stored.loss));
    expect(relativeError(gradients.prompt, stored.gradient)).toBeLessThan(1e-4);
    expect(scores.loss).toBeCloseTo(loss, 5);
  });
});

/**
 * Activations are rounded too. The largest relative error of the gradient against the dequantised model's, and of the
 * loss: of the size of 8 bits, amplified by two layers.
 */
const rounded: [string, number, number][] = [["int8", 0.1, 0.02], ["uint8", 0.1, 0.02]];

describe.each(rounded)("the variant %s", (variant, gradientLimit, lossLimit) => {
  const reference = readReference(folderOf(variant));
  const prompt = Float32Array.from(reference.prompt);

  it.each(reference.cases)("$name: near PyTorch with the dequantised weights, and equal to it without the rounding", async (stored) => {
    const model = await openExportedModel(join(folderOf(variant), "model.onnx"));
    const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(stored) });
    const exact = program.withExactActivations!();
    const [found, smooth] = [await program.step(batchOf(stored), { prompt }), await exact.step(batchOf(stored), { prompt })];
    await program.dispose();
    await exact.dispose();
    expect(relativeError(smooth.gradients.prompt, stored.gradient)).toBeLessThan(1e-4);
    expect(Math.abs(smooth.loss - stored.loss)).toBeLessThan(1e-5 * Math.max(1, stored.loss));
    console.log(`${variant}, ${stored.name}: relative error of the gradient ${relativeError(found.gradients.prompt, stored.gradient).toPrecision(2)}, of the loss ${(Math.abs(found.loss - stored.loss) / stored.loss).toPrecision(2)}`);
    expect(relativeError(found.gradients.prompt, stored.gradient)).toBeLessThan(gradientLimit);
    expect(Math.abs(found.loss - stored.loss)).toBeLessThan(lossLimit * stored.loss);
  });

  it("passes the check that is made when a model is first used", async () => {
    const model = await openExportedModel(join(folderOf(variant), "model.onnx"));
    const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(reference.cases[0]) });
    const check = await verifyGradient(program, batchOf(reference.cases[0]), { prompt }, { directions: 2, random: RandomSource.fromSeed(1) });
    await program.dispose();
    expect(check.passed, check.relativeErrors.join(", ")).toBe(true);
  });
});
