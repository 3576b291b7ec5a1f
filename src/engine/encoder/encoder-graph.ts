import { differentiate } from "../autodiff/differentiate.js";
import { rotaryInputs, usedRotaryTables } from "../decoder/rotary-cache.js";
import { insertVirtualTokens } from "../decoder/insert-virtual-tokens.js";
import { masksOf } from "../decoder/configuration.js";
import { project } from "../decoder/feed-forward.js";
import { int } from "../graph/attribute.js";
import { GraphBuilder } from "../graph/builder.js";
import { Graph } from "../graph/graph.js";
import { appendHead } from "../head/append-head.js";
import { appendPooling } from "../head/pooling.js";
import { trainablesOf } from "../head/trainables.js";
import type { Head } from "../program.js";
import type { EncoderConfiguration } from "./configuration.js";
import { activate, encoderLayer, layerNorm, type Rows } from "./layer.js";
import { type EncoderWeights, maskedOutputName } from "./weights.js";

/** "step": loss and gradients; "score": loss and log-probabilities. */
export type EncoderPurpose = "step" | "score";

export interface EncoderGraphOptions {
  readonly configuration: EncoderConfiguration;
  readonly weights: EncoderWeights;
  readonly purpose: EncoderPurpose;
  readonly virtualTokens: number;
  readonly head: Head;
}

/** Builds the ONNX graph of an encoder for one purpose, with its backward pass where asked. Fed by `encoderFeeds`. */
export function buildEncoderGraph({ configuration, weights, purpose, virtualTokens, head }: EncoderGraphOptions): Graph {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  for (const [name, initializer] of weights.tensors) {
    const isOutput = head.kind === "vocabulary" && name === maskedOutputName(configuration);
    if (isOutput || (name !== "embeddings" && name !== "output")) builder.initializer(initializer);
  }
  for (const index of usedRotaryTables(configuration)) {
    const { cosine, sine } = rotaryInputs(index);
    const shape = ["rotary_positions", configuration.rotaryTables[index].inverseFrequencies.length];
    builder.input(cosine, { elementType: "float32", shape });
    builder.input(sine, { elementType: "float32", shape });
  }
  if (virtualTokens > 0) builder.input("prompt", { elementType: "float32", shape: [virtualTokens, configuration.hiddenSize] });

  const rows = openRows(builder, configuration);
  let hidden = embed(builder, configuration, rows, virtualTokens);
  for (let layer = 0; layer < configuration.layers; layer++) hidden = encoderLayer(builder, configuration, rows, hidden, layer);

  const { loss, logProbabilities } = appendHead(builder, {
    hidden: headInput(builder, configuration, hidden, head),
    hiddenSize: configuration.hiddenSize,
    head,
    vocabularyMatrix: maskedOutputName(configuration),
    vocabularyBias: configuration.maskedHead?.outputBias ? "output_bias" : undefined,
  });
  if (purpose === "step") {
    const by = trainablesOf(virtualTokens, head, configuration.hiddenSize).map(({ name }) => name);
    for (const [tensor, gradient] of differentiate(graph, { loss, by })) builder.outputAs(gradient, `gradient.${tensor}`);
  } else {
    builder.outputAs(logProbabilities, "log_probabilities");
  }
  builder.outputAs(loss, "loss");
  const used = new Set(graph.nodes.flatMap((node) => node.inputs));
  for (const name of weights.tensors.keys()) if (!used.has(name)) graph.initializers.delete(name);
  return graph;
}

function openRows(builder: GraphBuilder, configuration: EncoderConfiguration): Rows {
  const positions = builder.input("positions", { elementType: "int64", shape: ["batch", "time"] });
  const mask = (kind: "whole" | "window"): string =>
    builder.input(`bias.${kind}`, { elementType: "float32", shape: ["batch", 1, kind === "window" ? "time" : 1, "time"] });
  return { positions, bias: Object.fromEntries(masksOf(configuration).map((kind) => [kind, mask(kind)])), batchAndTime: builder.add("Shape", [positions]) };
}

/** Token embeddings, or the prompt's vectors in their place, with what the model adds to them: [rows, d]. */
function embed(builder: GraphBuilder, configuration: EncoderConfiguration, { positions }: Rows, virtualTokens: number): string {
  const { hiddenSize, tokenTypes } = configuration;
  const shape = ["rows", hiddenSize];
  const tokens = builder.input("token_embeddings", { elementType: "float32", shape });
  let hidden = virtualTokens > 0 ? insertVirtualTokens(builder, tokens, { indices: "virtual_tokens", rows: "rows", hiddenSize }) : tokens;
  if (tokenTypes > 0) hidden = builder.add("Add", [hidden, builder.add("Gather", ["token_type_embeddings", builder.integers([0])], { attributes: { axis: int(0) }, shape: [1, hiddenSize] })], { shape });
  if (configuration.positions === "learned") {
    const flat = builder.add("Reshape", [positions, builder.integers([-1])], { shape: ["rows"] });
    hidden = builder.add("Add", [hidden, builder.add("Gather", ["position_embeddings", flat], { attributes: { axis: int(0) }, shape })], { shape });
  }
  return layerNorm(builder, configuration, hidden, "embedding_norm");
}

/** What the head reads of the last layer's hidden states: [N, d]. */
function headInput(builder: GraphBuilder, configuration: EncoderConfiguration, last: string, head: Head): string {
  const { hiddenSize, maskedHead, headActivation, finalNorm } = configuration;
  const hidden = finalNorm ? layerNorm(builder, configuration, last, "final_norm") : last;
  if (head.kind === "linear" && (head.pooling === "mean" || head.pooling === "max")) return appendPooling(builder, hidden, hiddenSize, head.pooling);
  const places = builder.input("scored_rows", { elementType: "int64", shape: ["scored"] });
  const scored = builder.add("Gather", [hidden, places], { attributes: { axis: int(0) }, shape: ["scored", hiddenSize] });
  if (head.kind === "linear") return head.pooling === "pooler" ? builder.add("Tanh", [project(builder, "scored", scored, "pooler", hiddenSize, true)], { shape: ["scored", hiddenSize] }) : scored;
  const transformed = project(builder, "scored", scored, "head_transform", hiddenSize, maskedHead!.transformBias);
  return layerNorm(builder, configuration, activate(builder, headActivation, transformed), "head_norm");
}
