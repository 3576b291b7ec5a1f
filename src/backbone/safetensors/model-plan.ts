import type { Backbone } from "../backbone.js";
import type { ModelSizes } from "../facts/estimate-memory.js";
import type { PreparedWeights } from "../families/prepare-weights.js";
import type { WeightOrigin } from "../families/weight-origin.js";
import type { ModelFiles } from "../sources/source.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** Which weights a model has, where they lie, and what it becomes with them. */
export interface ModelPlan {
  readonly family: string;
  readonly sizes: ModelSizes;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly origins: ReadonlyMap<string, WeightOrigin>;
  /** Whether a tensor that is not used changes nothing of what the model computes here. */
  readonly ignores: (tensor: string) => boolean;
  readonly open: (parts: { readonly files: ModelFiles; readonly hash: string; readonly weights: PreparedWeights; readonly tokenizer: Tokenizer }) => Backbone;
}
