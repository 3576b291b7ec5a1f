import { differentiate, rulesOnPath } from "../autodiff/differentiate.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { prune } from "../graph/prune.js";
import { keepActivationsExact } from "../quantised/exact-activations.js";
import type { Head } from "../program.js";
import { guardModel } from "./guard.js";
import type { ExportedModel } from "./open-exported-model.js";
import { appendScores, appendScoring, insertPrompt } from "./rewire.js";

/** "step": loss and gradients; "score": loss and log-probabilities; "generate": scores of the whole vocabulary. */
export type ExportedPurpose = "step" | "score" | "generate";

export interface ExportedGraphOptions {
  readonly virtualTokens: number;
  readonly head: Head;
  readonly purpose: ExportedPurpose;
  /** Leaves the rounding of activations out. */
  readonly exactActivations?: boolean;
}

/** The model's graph with the prompt inserted and its end replaced, for one purpose. */
export function buildExportedGraph(model: ExportedModel, options: ExportedGraphOptions): Graph {
  return guardModel(model.file, () => build(model, options));
}

function build(model: ExportedModel, { virtualTokens, head, purpose, exactActivations }: ExportedGraphOptions): Graph {
  const graph = model.graph.clone();
  if (virtualTokens > 0) insertPrompt(graph, model.embedding, virtualTokens);
  graph.outputs = [];
  const builder = new GraphBuilder(graph, "head/");
  if (purpose === "generate") {
    builder.outputAs(appendScores(builder, model.output, { kind: "vocabulary" }), "scores");
    prune(graph);
    return graph;
  }
  const { loss, logProbabilities } = appendScoring(builder, model.output, head);
  if (exactActivations) keepActivationsExact(graph);
  if (purpose === "step") {
    const by = [...(virtualTokens > 0 ? ["prompt"] : []), ...(head.kind === "linear" ? ["head.weight", "head.bias"] : [])];
    for (const [name, gradient] of differentiate(graph, { loss, by })) builder.outputAs(gradient, `gradient.${name}`);
  } else {
    builder.outputAs(logProbabilities, "log_probabilities");
  }
  builder.outputAs(loss, "loss");
  prune(graph);
  return graph;
}

/** Which operators lie between a soft prompt and the loss over the whole vocabulary, and which of them have no rule. */
export function exportedRulesOnPath(model: ExportedModel): ReturnType<typeof rulesOnPath> {
  const graph = buildExportedGraph(model, { virtualTokens: 1, head: { kind: "vocabulary" }, purpose: "score" });
  return guardModel(model.file, () => rulesOnPath(graph, { loss: "loss", by: ["prompt"] }));
}
