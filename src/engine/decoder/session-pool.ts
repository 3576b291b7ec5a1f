import type { InferenceSession, Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import type { Initializer } from "../graph/initializer.js";
import type { Head } from "../program.js";
import { createSession } from "../session/session.js";
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

/** The sessions of a program: one a purpose and layout, opened when first needed. All map the same weights. */
export class SessionPool {
  private readonly sessions = new Map<string, Promise<InferenceSession>>();

  constructor(private readonly options: SessionPoolOptions) {}

  async run(variant: GraphVariant, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
    const session = await this.session(variant);
    try {
      return await session.run(feeds);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const lacksMemory = /alloc|memory/i.test(reason);
      throw new PromptTuningError("training", "onnxruntime could not compute a batch.", {
        reason,
        advice: lacksMemory ? "Lower training.batchSize, evaluation.batchSize or task.maxTokens, then resume the run." : "This is a fault of the program or of the model's graph; please report it with this message.",
        cause,
      });
    }
  }

  async dispose(): Promise<void> {
    const open = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of open) await (await session).release();
  }

  private session(variant: GraphVariant): Promise<InferenceSession> {
    const key = `${variant.purpose}/${variant.past}/${variant.shared}`;
    let session = this.sessions.get(key);
    if (!session) {
      const { weights, threads, packWeights } = this.options;
      session = createSession(buildDecoderGraph({ ...this.options, ...variant }), { weightsFolder: weights.folder, threads, packWeights });
      this.sessions.set(key, session);
    }
    return session;
  }
}
