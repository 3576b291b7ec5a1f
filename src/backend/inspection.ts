import type { Backbone } from "../backbone/backbone.js";
import type { TensorValues } from "../engine/program.js";
import { measureFaithfulness } from "../inspection/faithfulness.js";
import { nearestTokens } from "../inspection/nearest-tokens.js";
import type { Inspection, Neighbour } from "../inspection/inspection-schema.js";
import { normDistribution, rowNorms } from "../inspection/norms.js";
import type { EvaluationMeasures } from "../runs/events.js";

export interface InspectOptions {
  /** Neighbours listed for each vector and measure. */
  readonly k?: number;
  readonly signal?: AbortSignal;
  readonly faithfulness?: {
    readonly evaluate: (values: TensorValues) => Promise<EvaluationMeasures>;
    /** The same measures with the prompt as it was learned. */
    readonly learned: EvaluationMeasures;
  };
}

export async function inspectPrompt({ backbone }: { readonly backbone: Backbone }, values: TensorValues, { k = 10, signal, faithfulness }: InspectOptions): Promise<Inspection> {
  const { embeddings, tokenizer } = backbone;
  const matrix = embeddings.matrix();
  const neighbours = await nearestTokens(values.prompt, { matrix, rows: embeddings.rows, width: embeddings.width }, { k, signal });
  const named = (list: readonly Omit<Neighbour, "token">[]): Neighbour[] => list.map(({ id, cosine, dot, l2 }) => ({ id, token: tokenizer.displayToken(id), cosine, dot, l2 }));
  return {
    virtualTokens: neighbours.map(({ norm, cosine, dot, l2 }, index) => ({ index, norm, cosine: named(cosine), dot: named(dot), l2: named(l2) })),
    vocabularyNorms: normDistribution(rowNorms(matrix, embeddings.width)),
    ...(faithfulness ? { faithfulness: await measureFaithfulness(values.prompt, backbone, faithfulness.learned, (prompt) => faithfulness.evaluate({ ...values, prompt }), { signal }) } : {}),
  };
}
