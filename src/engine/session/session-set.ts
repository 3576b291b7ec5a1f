import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Graph } from "../graph/graph.js";
import { type GraphFault, runSession } from "./run-session.js";
import { createSession, type SessionOptions } from "./session.js";

/** Sessions by purpose, each opened when it is first needed. */
export class SessionSet<Purpose extends string> {
  private readonly sessions = new Map<Purpose, Promise<InferenceSession>>();

  constructor(
    private readonly graphOf: (purpose: Purpose) => Graph,
    private readonly options: SessionOptions,
    /** What to say where a graph that is not our own cannot be computed. */
    private readonly fault?: GraphFault,
  ) {}

  /** @throws PromptTuningError kind "training" where onnxruntime cannot compute, "model" where it cannot open the graph. */
  async run(purpose: Purpose, feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    return runSession(await this.session(purpose), feeds, this.fault);
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
