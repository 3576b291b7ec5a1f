import { differentiate } from "../autodiff/differentiate.js";
import { int } from "../graph/attribute.js";
import { GraphBuilder } from "../graph/builder.js";
import { Graph } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import type { Dimension } from "../graph/tensor-type.js";
import { appendHead } from "../head/append-head.js";
import type { Head } from "../program.js";
import { attend, type KeysValues, projectKeysValues } from "./attention.js";
import { type BatchRows, declareQueries, openBatchRows } from "./batch-rows.js";
import type { DecoderConfiguration } from "./configuration.js";
import { feedForward, normalize, project } from "./feed-forward.js";
import { rotaryInputs, usedRotaryTables } from "./rotary-cache.js";
import { roundedProducts } from "./rounded-products.js";
import { type DecoderWeights, outputMatrixName } from "./weights.js";

/** What a graph is for: which outputs it has. */
export type DecoderPurpose =
  /** loss and gradients */
  | "step"
  /** loss and log-probabilities */
  | "score"
  /** keys and values of constant text, to keep: `present.{layer}.key/value` of the own rows */
  | "encode"
  /** log-probabilities of the next token and all keys and values so far */
  | "generate";

export interface DecoderGraphOptions {
  readonly configuration: DecoderConfiguration;
  readonly weights: DecoderWeights;
  readonly purpose: DecoderPurpose;
  readonly past: "none" | "one" | "each";
  readonly shared: boolean;
  readonly virtualTokens: number;
  readonly head: Head;
  /** Rounded matrices for an approximate backward pass; the exact one where there are none. */
  readonly rounded?: ReadonlyMap<string, Initializer>;
}

/** Builds the ONNX graph of a decoder for one layout and purpose, with its backward pass where asked. */
export function buildDecoderGraph(options: DecoderGraphOptions): Graph {
  const { configuration, purpose, virtualTokens, weights } = options;
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  declareRotaryTables(builder, configuration);
  declareWeights(builder, options);

  const hasPrompt = virtualTokens > 0 && purpose !== "encode";
  if (hasPrompt) builder.input("prompt", { elementType: "float32", shape: ["prompt_rows", configuration.hiddenSize] });
  const rows = openBatchRows(builder, configuration, { hasPrompt, shared: options.shared, keys: options.past === "none" ? "keys" : "own_keys" });
  const last = configuration.layers - 1;
  for (let layer = 0; layer < last; layer++) runLayer(builder, options, rows, layer);
  if (purpose === "encode") {
    publish(builder, makeKeysValues(builder, options, rows, last).context, last);
    return graph;
  }
  const scored = runLastLayer(builder, options, rows, last);
  const hidden = normalize(builder, configuration, "scored", scored, "final_norm");
  const { loss, rowLosses, logProbabilities } = appendHead(builder, {
    hidden,
    hiddenSize: configuration.hiddenSize,
    head: options.head,
    vocabularyMatrix: outputMatrixName(configuration),
    softCap: configuration.outputSoftCap,
  });
  if (purpose === "step") {
    builder.outputAs(rowLosses, "row_losses");
    const by = [...(virtualTokens > 0 ? ["prompt"] : []), ...(options.head.kind === "linear" ? ["head.weight", "head.bias"] : [])];
    for (const [tensor, gradient] of differentiate(graph, { loss, by, ruleFor: options.rounded && roundedProducts(options.rounded) })) builder.outputAs(gradient, `gradient.${tensor}`);
  } else {
    builder.outputAs(logProbabilities, "log_probabilities");
  }
  builder.outputAs(loss, "loss");
  for (const name of [...weights.tensors.keys(), ...(options.rounded?.keys() ?? [])]) if (!usesTensor(graph, name)) graph.initializers.delete(name);
  return graph;
}

function declareRotaryTables(builder: GraphBuilder, configuration: DecoderConfiguration): void {
  for (const index of usedRotaryTables(configuration)) {
    const { cosine, sine } = rotaryInputs(index);
    const shape = ["rotary_positions", configuration.rotaryTables[index].inverseFrequencies.length];
    builder.input(cosine, { elementType: "float32", shape });
    builder.input(sine, { elementType: "float32", shape });
  }
}

function declareWeights(builder: GraphBuilder, { weights, rounded, head, configuration, purpose }: DecoderGraphOptions): void {
  if (purpose === "step") for (const initializer of rounded?.values() ?? []) builder.initializer(initializer);
  const matrix = outputMatrixName(configuration);
  for (const [name, initializer] of weights.tensors) {
    const isTable = name === "embeddings" || name === "output";
    if (!isTable || (name === matrix && head.kind === "vocabulary" && purpose !== "encode")) builder.initializer(initializer);
  }
}

function usesTensor(graph: Graph, name: string): boolean {
  return graph.nodes.some((node) => node.inputs.includes(name));
}

function runLayer(builder: GraphBuilder, options: DecoderGraphOptions, rows: BatchRows, layer: number): void {
  const { configuration, purpose } = options;
  const { normalized, context } = makeKeysValues(builder, options, rows, layer);
  if (purpose === "encode" || purpose === "generate") publish(builder, context, layer);
  const attended = attend(builder, configuration, rows.queries, normalized, context, layer);
  rows.hidden = finishLayer(builder, configuration, rows.queries.count, rows.hidden, attended, layer);
}

/** Nothing reads the last layer's rows but the scored ones: the others give it their keys and values only. */
function runLastLayer(builder: GraphBuilder, options: DecoderGraphOptions, rows: BatchRows, layer: number): string {
  const { configuration, purpose } = options;
  const { normalized, context } = makeKeysValues(builder, options, rows, layer);
  if (purpose === "generate") publish(builder, context, layer);
  const indices = builder.input("scored_rows", { elementType: "int64", shape: ["scored"] });
  const ofScored = (tensor: string, width: number): string => builder.add("Gather", [tensor, indices], { attributes: { axis: int(0) }, shape: ["scored", width] });
  const queries = declareQueries(builder, configuration, "scored", "scored", ofScored(rows.queries.positions, 1));
  const attended = attend(builder, configuration, queries, ofScored(normalized, configuration.hiddenSize), context, layer);
  return finishLayer(builder, configuration, "scored", ofScored(rows.hidden, configuration.hiddenSize), attended, layer);
}

/** The rows, normalised for attention, and all keys and values they may see. */
function makeKeysValues(builder: GraphBuilder, options: DecoderGraphOptions, rows: BatchRows, layer: number): { normalized: string; context: KeysValues } {
  const { configuration } = options;
  const normalized = normalize(builder, configuration, rows.queries.count, rows.hidden, `layers.${layer}.attention_norm`);
  const made = projectKeysValues(builder, configuration, rows, normalized, layer);
  if (options.past === "none") return { normalized, context: made };
  const past = declarePast(builder, options, layer);
  return { normalized, context: join(builder, configuration, options.past === "one" ? repeatForLanes(builder, configuration, made, past) : past, made) };
}

/** From a layer's attention to its result: rows [rows, hiddenSize]. */
function finishLayer(builder: GraphBuilder, configuration: DecoderConfiguration, rows: Dimension, hidden: string, attended: string, layer: number): string {
  const { hiddenSize, attentionOutputBias, sandwichNorms } = configuration;
  const shape = [rows, hiddenSize];
  const norm = (input: string, name: string): string => normalize(builder, configuration, rows, input, `layers.${layer}.${name}`);
  const after = (output: string, name: string): string => (sandwichNorms ? norm(output, name) : output);
  const projected = project(builder, rows, attended, `layers.${layer}.attention_output`, hiddenSize, attentionOutputBias);
  const middle = builder.add("Add", [hidden, after(projected, "after_attention_norm")], { shape });
  const fed = feedForward(builder, configuration, rows, norm(middle, "feed_forward_norm"), layer);
  return builder.add("Add", [middle, after(fed, "after_feed_forward_norm")], { shape });
}

function declarePast(builder: GraphBuilder, { configuration, past }: DecoderGraphOptions, layer: number): KeysValues {
  const shape = [configuration.keyValueHeads, past === "one" ? 1 : "lanes", "past_time", configuration.headSize];
  return {
    key: builder.input(`past.${layer}.key`, { elementType: "float32", shape }),
    value: builder.input(`past.${layer}.value`, { elementType: "float32", shape }),
  };
}

function publish(builder: GraphBuilder, made: KeysValues, layer: number): void {
  builder.outputAs(made.key, `present.${layer}.key`);
  builder.outputAs(made.value, `present.${layer}.value`);
}

/** The past's keys and values, then those made now. */
function join(builder: GraphBuilder, { keyValueHeads, headSize }: DecoderConfiguration, past: KeysValues, made: KeysValues): KeysValues {
  const along = (name: keyof KeysValues): string => builder.add("Concat", [past[name], made[name]], { attributes: { axis: int(2) }, shape: [keyValueHeads, "lanes", "keys", headSize] });
  return { key: along("key"), value: along("value") };
}

/** Lets every lane see keys and values that were computed once. */
function repeatForLanes(builder: GraphBuilder, { keyValueHeads, headSize }: DecoderConfiguration, made: KeysValues, once: KeysValues): KeysValues {
  const lanes = builder.add("Shape", [made.key], { attributes: { start: int(1), end: int(2) } });
  const target = builder.add("Concat", [builder.integers([1]), lanes, builder.integers([1, 1])], { attributes: { axis: int(0) } });
  const repeat = (tensor: string): string => builder.add("Expand", [tensor, target], { shape: [keyValueHeads, "lanes", "past_time", headSize] });
  return { key: repeat(once.key), value: repeat(once.value) };
}
