import type { EmbeddingTable } from "../engine/embedding-table.js";
import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../common/errors.js";
import type { EvaluationMeasures } from "../runs/events.js";
import type { Inspection } from "./inspection-schema.js";
import { nearestTokens } from "./nearest-tokens.js";
import type { NearnessMetric } from "./nearness.js";

/** Shown with every faithfulness figure. */
const faithfulnessCaution =
  "Nearest tokens can mislead: prompts that solve a task can lie close to any text, even one about another task " +
  "(Khashabi et al. 2022, \"Prompt Waywardness\", NAACL). Where this figure is far below the soft prompt's, the nearest tokens do not explain it.";

/** A soft prompt whose every vector was replaced by its nearest token's embedding. */
export interface HardenedPrompt {
  readonly metric: NearnessMetric;
  readonly tokenIds: readonly number[];
  /** The tokens as one text. */
  readonly text: string;
  /** Whether the text, tokenised again, gives the same ids; where not, a person who types it gets another prompt. */
  readonly retokenizesAlike: boolean;
  /** [P, d], to evaluate in place of the prompt. */
  readonly values: Float32Array;
}

type Faithfulness = NonNullable<Inspection["faithfulness"]>;

export interface HardeningOptions {
  readonly metric?: NearnessMetric;
  readonly exclude?: (id: number) => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Replaces each vector of `prompt` [P, d] by the nearest of the vocabulary's embeddings (cosine unless told; ties to
 * the lower id). Only ids the tokenizer knows are eligible.
 */
export async function hardenPrompt(
  prompt: Float32Array,
  { embeddings, tokenizer }: { readonly embeddings: EmbeddingTable; readonly tokenizer: Tokenizer },
  { metric = "cosine", exclude, signal }: HardeningOptions = {},
): Promise<HardenedPrompt> {
  const vocabulary = {
    matrix: embeddings.matrix(),
    rows: Math.min(embeddings.rows, tokenizer.vocabularySize),
    width: embeddings.width,
  };
  const neighbours = await nearestTokens(prompt, vocabulary, { k: 1, exclude, signal });
  const tokenIds = neighbours.flatMap((vector) => vector[metric].map(({ id }) => id));
  if (tokenIds.length !== neighbours.length)
    throw new PromptTuningError("usage", "Every token of the vocabulary is excluded.", { advice: "Exclude fewer tokens." });
  const text = tokenizer.decode(tokenIds);
  const again = tokenizer.encode(text);
  return {
    metric,
    tokenIds,
    text,
    retokenizesAlike: again.length === tokenIds.length && tokenIds.every((id, i) => again[i] === id),
    values: embeddings.gather(tokenIds),
  };
}

/**
 * The faithfulness figure: how the task goes when every vector is replaced by its nearest token, beside how it goes with
 * the prompt as it was `learned`. `evaluate` gets the replaced prompt [P, d].
 */
export async function measureFaithfulness(
  prompt: Float32Array,
  backbone: { readonly embeddings: EmbeddingTable; readonly tokenizer: Tokenizer },
  learned: EvaluationMeasures,
  evaluate: (prompt: Float32Array) => Promise<EvaluationMeasures>,
  options: HardeningOptions = {},
): Promise<Faithfulness> {
  const { values, text, retokenizesAlike } = await hardenPrompt(prompt, backbone, options);
  return { learned, hardened: await evaluate(values), hardPrompt: text, retokenizesAlike, caution: faithfulnessCaution };
}
