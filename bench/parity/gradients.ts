import type { Backbone } from "../../src/backbone/backbone.js";
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

/** Compares loss and gradients with the reference, every case as one ragged batch. */
export async function compareGradients(backbone: Backbone, reference: ParityReference, cases: readonly GradientReference[] = reference.gradients): Promise<GradientComparison[]> {
  const values = reference.trainables(backbone);
  const results: GradientComparison[] = [];
  for (const { name, head, batch, loss, gradients } of cases) {
    const program = await backbone.createProgram({ virtualTokens: reference.virtualTokens, head });
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
