import type { InferenceSession, Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";

/** What to say where the graph itself cannot be computed. */
export interface GraphFault {
  readonly advice: string;
  readonly file?: string;
}

const ownGraph: GraphFault = { advice: "This is a fault of the program or of the model's graph; please report it with this message." };

/** Computes a batch. @throws PromptTuningError kind "training" where onnxruntime cannot. */
export async function runSession(session: InferenceSession, feeds: Readonly<Record<string, Tensor>>, { advice, file }: GraphFault = ownGraph): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const lacksMemory = /alloc|memory/i.test(reason);
    throw new PromptTuningError("training", "onnxruntime could not compute a batch.", {
      reason,
      advice: lacksMemory ? "Lower training.batchSize, evaluation.batchSize or task.maxTokens, then resume the run." : advice,
      file,
      cause,
    });
  }
}
