import { InferenceSession } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { serializeModel } from "../onnx/model-file.js";
import { nativeWork } from "./native-work.js";

export interface SessionOptions {
  /** Folder that external data lies in. */
  readonly weightsFolder?: string;
  /** Threads of the math; onnxruntime's own choice (the physical cores) when absent. */
  readonly threads?: number;
  /** Lets onnxruntime rearrange the weights for each use: faster products for a copy of the weights a use. */
  readonly packWeights?: boolean;
  /**
   * Tells onnxruntime the shapes of all tensors, for a graph in which sizes of one name are always equal. It else looks
   * through all memory that became free for every tensor: a second and more for a training graph.
   */
  readonly tellShapes?: boolean;
}

/**
 * Opens a graph in onnxruntime. The memory pattern is off, and prepacking unless it is asked for: together they double
 * the memory (docs/adr/0003).
 */
export async function createSession(graph: Graph, options: SessionOptions = {}): Promise<InferenceSession> {
  const configuration: Record<string, string> = options.packWeights ? {} : { disable_prepacking: "1" };
  if (options.weightsFolder) configuration.model_external_initializers_file_folder_path = options.weightsFolder;
  try {
    const model = serializeModel(graph, { withTypes: options.tellShapes });
    const create = (): Promise<InferenceSession> => InferenceSession.create(model, {
      executionProviders: ["cpu"],
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      enableCpuMemArena: true,
      enableMemPattern: false,
      // What onnxruntime has to say reaches the person as our own errors.
      logSeverityLevel: 4,
      extra: { session: configuration },
    });
    return watched(await nativeWork(create));
  } catch (cause) {
    throw new PromptTuningError("model", "onnxruntime cannot open the model's graph.", {
      reason: cause instanceof Error ? cause.message : String(cause),
      advice: "Check that all files of the model are complete; another export or variant of the model may work.",
      cause,
    });
  }
}

/** The session, each of its runs counted as native work. */
function watched(session: InferenceSession): InferenceSession {
  const run = session.run.bind(session) as (...args: unknown[]) => ReturnType<InferenceSession["run"]>;
  session.run = (...args: unknown[]) => nativeWork(() => run(...args));
  return session;
}
