import { differentiate } from "../autodiff/differentiate.js";
import { int } from "../graph/attribute.js";
import { GraphBuilder } from "../graph/builder.js";
import { Graph } from "../graph/graph.js";
import { appendHead } from "../head/append-head.js";
import type { Head } from "../program.js";
import { attend, type KeysValues, projectKeysValues } from "./attention.js";
import type { DecoderConfiguration } from "./configuration.js";
import { feedForward, normalize, project } from "./feed-forward.js";
import { rotaryInputs, usedRotaryTables } from "./rotary-cache.js";
import { openStream, type Stream } from "./stream.js";
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
}

/** Builds the ONNX graph of a decoder for one layout and purpose, with its backward pass where asked. */
export function buildDecoderGraph(options: DecoderGraphOptions): Graph {
  const { configuration, purpose, virtualTokens, weights } = options;
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  declareRotaryTables(builder, configuration);
  declareWeights(builder, options);

  if (virtualTokens > 0 && purpose !== "encode") builder.input("prompt", { elementType: "float32", shape: [virtualTokens, configuration.hiddenSize] });
  const inserted = purpose === "encode" ? 0 : virtualTokens;
  const hasPast = options.past !== "none";
  const shared = options.shared ? openStream(builder, configuration, { name: "shared", virtualTokens: inserted, seesEarlierRows: hasPast }) : undefined;
  const own = openStream(builder, configuration, { name: "own", virtualTokens: inserted, seesEarlierRows: hasPast || options.shared });

  for (let layer = 0; layer < configuration.layers; layer++) {
    const last = layer === configuration.layers - 1;
    runLayer(builder, options, { shared, own }, layer, last);
  }
  if (purpose === "encode") return graph;

  const scoredRows = builder.input("scored_rows", { elementType: "int64", shape: ["scored"] });
  const scored = builder.add("Gather", [own.hidden, scoredRows], { attributes: { axis: int(0) }, shape: ["scored", configuration.hiddenSize] });
  const hidden = normalize(builder, configuration, "scored", scored, "final_norm");
  const { loss, logProbabilities } = appendHead(builder, {
    hidden,
    hiddenSize: configuration.hiddenSize,
    head: options.head,
    vocabularyMatrix: outputMatrixName(configuration),
    softCap: configuration.outputSoftCap,
  });
  if (purpose === "step") {
    const by = [...(virtualTokens > 0 ? ["prompt"] : []), ...(options.head.kind === "linear" ? ["head.weight", "head.bias"] : [])];
    for (const [tensor, gradient] of differentiate(graph, { loss, by })) builder.outputAs(gradient, `gradient.${tensor}`);
  } else {
    builder.outputAs(logProbabilities, "log_probabilities");
  }
  builder.outputAs(loss, "loss");
  for (const name of weights.tensors.keys()) if (!usesTensor(graph, name)) graph.initializers.delete(name);
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

function declareWeights(builder: GraphBuilder, { weights, head, configuration, purpose }: DecoderGraphOptions): void {
  const matrix = outputMatrixName(configuration);
  for (const [name, initializer] of weights.tensors) {
    const isTable = name === "embeddings" || name === "output";
    if (!isTable || (name === matrix && head.kind === "vocabulary" && purpose !== "encode")) builder.initializer(initializer);
  }
}

function usesTensor(graph: Graph, name: string): boolean {
  return graph.nodes.some((node) => node.inputs.includes(name));
}

function runLayer(builder: GraphBuilder, options: DecoderGraphOptions, { shared, own }: { shared?: Stream; own: Stream }, layer: number, last: boolean): void {
  const { configuration, purpose } = options;
  const past = options.past === "none" ? undefined : declarePast(builder, options, layer);
  let sharedContext = past;
  if (shared) {
    const normalized = normalize(builder, configuration, shared.sizes.rows, shared.hidden, `layers.${layer}.attention_norm`);
    const made = projectKeysValues(builder, configuration, shared, normalized, layer);
    sharedContext = past ? join(builder, configuration, [past, made], 1, shared.sizes.keys) : made;
    // Nothing reads the shared rows after the last layer's keys and values.
    if (!last) finishLayer(builder, configuration, shared, normalized, sharedContext, layer);
  }

  const normalized = normalize(builder, configuration, own.sizes.rows, own.hidden, `layers.${layer}.attention_norm`);
  const made = projectKeysValues(builder, configuration, own, normalized, layer);
  if (purpose === "encode") publish(builder, made, layer);
  if (purpose === "encode" && last) return;
  const before = sharedContext && (options.past === "each" ? sharedContext : repeatForBatch(builder, configuration, own, sharedContext));
  const context = before ? join(builder, configuration, [before, made], own.sizes.batch, own.sizes.keys) : made;
  if (purpose === "generate") publish(builder, context, layer);
  finishLayer(builder, configuration, own, normalized, context, layer);
}

function finishLayer(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, normalized: string, context: KeysValues, layer: number): void {
  const { rows } = stream.sizes;
  const { hiddenSize, attentionOutputBias, sandwichNorms } = configuration;
  const shape = [rows, hiddenSize];
  const norm = (input: string, name: string): string => normalize(builder, configuration, rows, input, `layers.${layer}.${name}`);
  const after = (output: string, name: string): string => (sandwichNorms ? norm(output, name) : output);
  const attended = attend(builder, configuration, stream, normalized, context, layer);
  const projected = project(builder, rows, attended, `layers.${layer}.attention_output`, hiddenSize, attentionOutputBias);
  const middle = builder.add("Add", [stream.hidden, after(projected, "after_attention_norm")], { shape });
  const fed = feedForward(builder, configuration, rows, norm(middle, "feed_forward_norm"), layer);
  stream.hidden = builder.add("Add", [middle, after(fed, "after_feed_forward_norm")], { shape });
}

function declarePast(builder: GraphBuilder, { configuration, past }: DecoderGraphOptions, layer: number): KeysValues {
  const shape = [configuration.keyValueHeads, past === "one" ? 1 : "batch", "past_time", configuration.headSize];
  return {
    key: builder.input(`past.${layer}.key`, { elementType: "float32", shape }),
    value: builder.input(`past.${layer}.value`, { elementType: "float32", shape }),
  };
}

function publish(builder: GraphBuilder, made: KeysValues, layer: number): void {
  builder.outputAs(made.key, `present.${layer}.key`);
  builder.outputAs(made.value, `present.${layer}.value`);
}

function join(builder: GraphBuilder, { keyValueHeads, headSize }: DecoderConfiguration, parts: readonly KeysValues[], batch: Stream["sizes"]["batch"], keys: Stream["sizes"]["keys"]): KeysValues {
  const along = (name: keyof KeysValues): string =>
    builder.add("Concat", parts.map((part) => part[name]), { attributes: { axis: int(2) }, shape: [keyValueHeads, batch, keys, headSize] });
  return { key: along("key"), value: along("value") };
}

/** Lets every sequence of a batch see keys and values that were computed once. */
function repeatForBatch(builder: GraphBuilder, { keyValueHeads, headSize }: DecoderConfiguration, own: Stream, once: KeysValues): KeysValues {
  const target = builder.add("Concat", [builder.integers([1]), own.batch, builder.integers([1, 1])], { attributes: { axis: int(0) } });
  const repeat = (tensor: string): string => {
    const time = builder.graph.typeOf(tensor)?.shape?.[2];
    return builder.add("Expand", [tensor, target], { shape: [keyValueHeads, own.sizes.batch, time, headSize] });
  };
  return { key: repeat(once.key), value: repeat(once.value) };
}
