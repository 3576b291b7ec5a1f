import type { InferenceSession, Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { createSession, type SessionOptions } from "./session.js";

/** Sessions by purpose, each opened when it is first needed. */
export class SessionSet<Purpose extends string> {
  private readonly sessions = new Map<Purpose, Promise<InferenceSession>>();

  constructor(
    private readonly graphOf: (purpose: Purpose) => Graph,
    private readonly options: SessionOptions,
  ) {}

  /** @throws PromptTuningError kind "training" where onnxruntime cannot compute, "model" where it cannot open the graph. */
  async run(purpose: Purpose, feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    const session = await this.session(purpose);
    try {
      return await session.run(feeds);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PromptTuningError("training", "onnxruntime could not compute a batch.", {
        reason,
        advice: /alloc|memory/i.test(reason)
          ? "Lower training.batchSize, evaluation.batchSize or task.maxTokens, then resume the run."
          : "This is a fault of the program or of the model's graph; please report it with this message.",
        cause,
      });
    }
  }

  async dispose(): Promise<void> {
    const open = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of open) await (await session).release();
  }

  private session(purpose: Purpose): Promise<InferenceSession> {
    let session = this.sessions.get(purpose);
    if (!session) {
      session = createSession(this.graphOf(purpose), this.options);
      this.sessions.set(purpose, session);
    }
    return session;
  }
}
