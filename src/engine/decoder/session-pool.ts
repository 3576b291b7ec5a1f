import type { Tensor } from "onnxruntime-node";
import type { Initializer } from "../graph/initializer.js";
import type { Head } from "../program.js";
import { SessionSet } from "../session/session-set.js";
import type { DecoderConfiguration } from "./configuration.js";
import { buildDecoderGraph, type DecoderPurpose } from "./decoder-graph.js";
import type { Feeds } from "./feeds.js";
import type { DecoderWeights } from "./weights.js";

export interface SessionPoolOptions {
  readonly configuration: DecoderConfiguration;
  readonly weights: DecoderWeights;
  readonly virtualTokens: number;
  readonly head: Head;
  readonly threads?: number;
  readonly packWeights?: boolean;
  readonly rounded?: ReadonlyMap<string, Initializer>;
}

export interface GraphVariant {
  readonly purpose: DecoderPurpose;
  readonly past: "none" | "one" | "each";
  readonly shared: boolean;
}

type VariantKey = `${DecoderPurpose}/${GraphVariant["past"]}/${boolean}`;

/** The sessions of a program: one a purpose and layout, opened when first needed. All map the same weights. */
export class SessionPool {
  private readonly variants = new Map<VariantKey, GraphVariant>();
  private readonly sessions: SessionSet<VariantKey>;

  constructor(options: SessionPoolOptions) {
    const { weights, threads, packWeights } = options;
    this.sessions = new SessionSet((key) => buildDecoderGraph({ ...options, ...this.variants.get(key)! }), { weightsFolder: weights.folder, threads, packWeights, tellShapes: true });
  }

  /** @throws PromptTuningError kind "training" where onnxruntime cannot compute, "model" where it cannot open the graph. */
  run(variant: GraphVariant, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
    const key: VariantKey = `${variant.purpose}/${variant.past}/${variant.shared}`;
    this.variants.set(key, variant);
    return this.sessions.run(key, feeds);
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }
}
