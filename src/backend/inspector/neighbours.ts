import type { Backbone } from "../../backbone/backbone.js";
import type { EmbeddingTable } from "../../engine/embedding-table.js";
import { nearestTokens, type NearToken } from "../../inspection/nearest-tokens.js";
import type { VocabularyMatrix } from "../../inspection/vocabulary-matrix.js";
import { nearnessMetrics, type NearnessMetric } from "../../inspection/nearness.js";
import type { NormDistribution } from "../../inspection/norms.js";
import { type Histogram, vocabularyFigures } from "../../inspection/vocabulary.js";
import { type InspectionTarget, type InspectorOptions, withBackbone } from "./options.js";

export type NamedToken = NearToken & { /** The token made visible and harmless. */ readonly token: string };
export type Neighbours = Readonly<Record<NearnessMetric, NamedToken[]>>;

/** A prompt beside the vocabulary of its backbone. */
export interface PromptNeighbours {
  readonly backbone: {
    readonly name: string;
    /** Whether it is, to the last byte, the model the prompt was trained on; null where that was not written down. */
    readonly same: boolean | null;
  };
  /** Of each virtual token, the nearest tokens by each measure. */
  readonly tokens: Neighbours[];
  readonly vocabulary: { readonly norms: NormDistribution; readonly ordinary: { readonly low: number; readonly high: number }; readonly histogram: Histogram };
}

export async function promptNeighbours(target: InspectionTarget & { readonly k: number }, options: InspectorOptions): Promise<PromptNeighbours> {
  return withBackbone(target, options, async ({ prompt, trainedOn }, backbone) => {
    const { norms, ordinary, histogram } = vocabularyFigures(backbone.embeddings);
    const found = await nearestTokens(prompt, vocabularyOf(backbone), { k: target.k, signal: options.signal });
    const { tokenizer, description } = backbone;
    const named = (list: readonly NearToken[]): NamedToken[] => list.map((near) => ({ ...near, token: tokenizer.displayToken(near.id) }));
    return {
      backbone: { name: description.name, same: trainedOn?.sha256 ? trainedOn.sha256 === description.hash : null },
      tokens: found.map((lists) => Object.fromEntries(nearnessMetrics.map((metric) => [metric, named(lists[metric])])) as Neighbours),
      vocabulary: { norms, ordinary, histogram },
    };
  });
}

/** The embeddings of the ids the tokenizer knows; models pad their tables. */
export function vocabularyOf({ embeddings, tokenizer }: Pick<Backbone, "embeddings" | "tokenizer">): VocabularyMatrix {
  const known = held.get(embeddings);
  if (known) return known;
  const vocabulary = { matrix: embeddings.matrix(), rows: Math.min(embeddings.rows, tokenizer.vocabularySize), width: embeddings.width };
  held.set(embeddings, vocabulary);
  return vocabulary;
}

/** Matrices that were looked at, for as long as their backbone is open: an inspector looks again and again. */
const held = new WeakMap<EmbeddingTable, VocabularyMatrix>();
