import type { Backbone, ProgramOptions } from "../../src/backbone/backbone.js";
import type { Program } from "../../src/engine/program.js";
import { relativeError } from "./compare.js";
import type { GradientReference, ParityReference } from "./reference.js";

export interface GradientComparison {
  readonly name: string;
  readonly lengths: readonly number[];
  /** |loss − reference| / |reference| */
  readonly loss: number;
  /** By trainable: ‖gradient − reference‖ / ‖reference‖. */
  readonly gradients: Readonly<Record<string, number>>;
}

/**
 * Compares loss and gradients with the reference, every case as one ragged batch.
 * @param exact without the rounding of activations that a quantised export does
 */
export async function compareGradients(backbone: Backbone, reference: ParityReference, cases: readonly GradientReference[] = reference.gradients, exact = false): Promise<GradientComparison[]> {
  const values = reference.trainables(backbone);
  const results: GradientComparison[] = [];
  for (const { name, head, batch, loss, gradients } of cases) {
    const program = await createCompared(backbone, { virtualTokens: reference.virtualTokens, head }, exact);
    const found = await program.step(batch, values);
    await program.dispose();
    results.push({
      name,
      lengths: batch.map(({ tokens }) => tokens.length),
      loss: Math.abs(found.loss - loss) / Math.abs(loss),
      gradients: Object.fromEntries(Object.keys(gradients).map((tensor) => [tensor, relativeError(found.gradients, gradients, [tensor])])),
    });
  }
  return results;
}

/** A program as it trains, or (exact) without the rounding of activations; the backbone disposes of what lies behind that. */
export async function createCompared(backbone: Backbone, options: ProgramOptions, exact: boolean): Promise<Program> {
  const program = await backbone.createProgram(options);
  if (!exact) return program;
  if (!program.withExactActivations) throw new Error("The model rounds no activations.");
  return program.withExactActivations();
}
