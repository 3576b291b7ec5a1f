import { differentiate } from "../autodiff/differentiate.js";
import { int } from "../graph/attribute.js";
import { GraphBuilder } from "../graph/builder.js";
import { Graph } from "../graph/graph.js";
import { appendHead } from "../head/append-head.js";
import type { Head } from "../program.js";
import type { KeysValues } from "./attention.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";
import { appendDecoder } from "./decoder.js";
import { appendEncoder, type EncodedText } from "./encoder.js";
import { normalize } from "./feed-forward.js";
import { type EncoderDecoderWeights, outputMatrixOf } from "./weights.js";

/** What a graph is for: which outputs it has. */
export type EncoderDecoderPurpose =
  /** loss and gradients, both sides in one graph */
  | "step"
  /** loss and log-probabilities, both sides in one graph */
  | "score"
  /** the encoder alone: what the decoder's layers see of a text, `text.{layer}.key/value` */
  | "encode"
  /** the decoder alone, for one sequence: log-probabilities of the next token, `present.{layer}.key/value` */
  | "generate";

export interface EncoderDecoderGraphOptions {
  readonly configuration: EncoderDecoderConfiguration;
  readonly weights: EncoderDecoderWeights;
  readonly purpose: EncoderDecoderPurpose;
  readonly virtualTokens: number;
  readonly head: Head;
}

/** Builds the ONNX graph of an encoder-decoder for one purpose, with its backward pass where asked. */
export function buildEncoderDecoderGraph(options: EncoderDecoderGraphOptions): Graph {
  const { configuration, purpose, virtualTokens, weights } = options;
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  for (const initializer of weights.tensors.values()) builder.initializer(initializer);
  const alone = purpose === "generate";
  const text = alone ? declareText(builder, configuration) : appendEncoder(builder, configuration, virtualTokens);
  if (purpose === "encode") publish(builder, text.keysValues, "text");
  else {
    const decoder = appendDecoder(builder, configuration, text, alone ? declareKeysValues(builder, configuration, "past", "past_time") : undefined);
    if (alone) publish(builder, decoder.keysValues, "present");
    appendScores(builder, options, decoder.hidden);
  }
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  for (const name of weights.tensors.keys()) if (!used.has(name)) graph.initializers.delete(name);
  return graph;
}

/** The loss of the scored rows, and with it gradients or log-probabilities. */
function appendScores(builder: GraphBuilder, { configuration, purpose, virtualTokens, head }: EncoderDecoderGraphOptions, rows: string): void {
  const { hiddenSize, outputScale } = configuration;
  const scoredRows = builder.input("scored_rows", { elementType: "int64", shape: ["scored"] });
  const scored = builder.add("Gather", [rows, scoredRows], { attributes: { axis: int(0) }, shape: ["scored", hiddenSize] });
  const normalized = normalize(builder, configuration, "scored", scored, "decoder.final_norm");
  const scaled = outputScale !== 1 && head.kind !== "linear";
  const hidden = scaled ? builder.add("Mul", [normalized, builder.scalar(outputScale)], { shape: ["scored", hiddenSize] }) : normalized;
  const { loss, logProbabilities } = appendHead(builder, { hidden, hiddenSize, head, vocabularyMatrix: outputMatrixOf(configuration) });
  if (purpose === "step") {
    const by = [...(virtualTokens > 0 ? ["prompt"] : []), ...(head.kind === "linear" ? ["head.weight", "head.bias"] : [])];
    for (const [tensor, gradient] of differentiate(builder.graph, { loss, by })) builder.outputAs(gradient, `gradient.${tensor}`);
  } else builder.outputAs(logProbabilities, "log_probabilities");
  builder.outputAs(loss, "loss");
}

/** What the encoder made of the text, as inputs. */
function declareText(builder: GraphBuilder, configuration: EncoderDecoderConfiguration): EncodedText {
  return { keysValues: declareKeysValues(builder, configuration, "text", "encoder_time"), mask: builder.scalar(0) };
}

function declareKeysValues(builder: GraphBuilder, { decoderLayers, attentionHeads, headSize }: EncoderDecoderConfiguration, name: string, time: string): KeysValues[] {
  const type = { elementType: "float32", shape: ["batch", attentionHeads, time, headSize] } as const;
  return Array.from({ length: decoderLayers }, (_, layer) => ({ key: builder.input(`${name}.${layer}.key`, type), value: builder.input(`${name}.${layer}.value`, type) }));
}

function publish(builder: GraphBuilder, keysValues: readonly KeysValues[], name: string): void {
  keysValues.forEach(({ key, value }, layer) => {
    builder.outputAs(key, `${name}.${layer}.key`);
    builder.outputAs(value, `${name}.${layer}.value`);
  });
}
