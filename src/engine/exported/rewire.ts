import { contrib } from "../autodiff/rule.js";
import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { insertAt, redirect } from "../graph/insert.js";
import type { Head } from "../program.js";
import { appendHead, type AppendedHead, appendLoss } from "../head/append-head.js";
import { appendPooling } from "../head/pooling.js";
import type { EmbeddingSite } from "./find-embedding.js";
import { appendOutputRows } from "../quantised/output-rows.js";
import type { ModelOutput, OutputMatrix, TailNode } from "./find-output.js";

/**
 * Lets virtual tokens take the place of embeddings: embedding' = virtual ≥ 0 ? prompt[virtual] : embedding, with the
 * new inputs `prompt` [P, d] and `virtual_tokens` [batch, time] (−1 where an ordinary token stands).
 */
export function insertPrompt(graph: Graph, { node, output: embedding, table }: EmbeddingSite, virtualTokens: number): void {
  const anchor = graph.producerOf(embedding)!;
  const [, ids] = node.inputs;
  const type = graph.typeOf(embedding);
  const replaced = insertAt(graph, anchor, "after", "prompt/", (builder) => {
    const prompt = builder.input("prompt", { elementType: "float32", shape: [virtualTokens, table.width] });
    const given = builder.input("virtual_tokens", { elementType: "int64", shape: ["batch", "time"] });
    const slots = builder.add("Reshape", [given, builder.add("Shape", [ids])], { shape: graph.typeOf(ids)?.shape });
    const rows = builder.add("Gather", [prompt, builder.add("Max", [slots, builder.integer(0)])], { attributes: { axis: int(0) }, shape: type?.shape });
    const isVirtual = builder.add("Unsqueeze", [builder.add("GreaterOrEqual", [slots, builder.integer(0)]), builder.integers([-1])]);
    return builder.add("Where", [isVirtual, rows, embedding], { shape: type?.shape });
  });
  const producer = graph.producerOf(replaced)!;
  redirect(graph, embedding, replaced, new Set([producer]));
}

/**
 * Appends a head to a model: the scored rows (flat indices batch·T + row, the new input `scored_rows` [N]) are cut out
 * before the output product, so that logits are computed for them only, and for the given words only.
 */
export function appendScoring(builder: GraphBuilder, output: ModelOutput, head: Head): AppendedHead {
  const states = statesOf(output);
  if (head.kind !== "linear" || !states) return appendLoss(builder, appendScores(builder, output, head));
  const { pooling } = head;
  const hidden = pooling === "mean" || pooling === "max" ? appendPooling(builder, flat(builder, states), states.hiddenSize, pooling) : gatherHidden(builder, states);
  return appendHead(builder, { hidden, hiddenSize: states.hiddenSize, head });
}

/** The hidden states that a light head reads: what the model gives out, or what its output product reads. */
export function statesOf({ states, product }: ModelOutput): FinalStates | undefined {
  return states ? { hidden: states.tensor, hiddenSize: states.width } : product;
}

interface FinalStates {
  /** [batch, time, d] */
  readonly hidden: string;
  readonly hiddenSize: number;
}

/** Scores [N, C] of the scored rows for the heads "vocabulary" and "words". */
export function appendScores(builder: GraphBuilder, { logits, vocabularySize, product }: ModelOutput, head: Head): string {
  const words = head.kind === "words" ? builder.integers([...head.tokenIds]) : undefined;
  const classes = head.kind === "words" ? head.tokenIds.length : vocabularySize;
  const shape = ["scored", classes];
  if (!product) {
    if (logits === undefined) throw new Error("The model gives hidden states and no logits.");
    const flat = builder.add("Reshape", [logits, builder.integers([-1, vocabularySize])], { shape: [undefined, vocabularySize] });
    const rows = builder.add("Gather", [flat, scoredRows(builder)], { attributes: { axis: int(0) }, shape: ["scored", vocabularySize] });
    return words ? builder.add("Gather", [rows, words], { attributes: { axis: int(1) }, shape }) : rows;
  }
  const hidden = gatherHidden(builder, product);
  const scores = words ? timesWords(builder, hidden, product.matrix, words, classes) : timesAll(builder, hidden, product.matrix, shape);
  return product.tail.reduce((tensor, step) => appendTail(builder, tensor, step, words, shape), scores);
}

function timesAll(builder: GraphBuilder, hidden: string, matrix: OutputMatrix, shape: (string | number)[]): string {
  if (matrix.form === "quantised") return builder.add(matrix.node.operator, [hidden, ...matrix.node.inputs.slice(1)], { domain: matrix.node.domain, attributes: matrix.node.attributes, shape });
  return matrix.layout === "rows" ? timesRows(builder, hidden, matrix.tensor, shape) : builder.add("MatMul", [hidden, matrix.tensor], { shape });
}

/** Rows of constants: onnxruntime gathers them once, when it opens the graph. */
function timesWords(builder: GraphBuilder, hidden: string, matrix: OutputMatrix, words: string, count: number): string {
  const shape = ["scored", count];
  if (matrix.form === "quantised") return timesRows(builder, hidden, appendOutputRows(builder, matrix.node, words, count), shape);
  const byRows = matrix.layout === "rows";
  const chosen = builder.add("Gather", [matrix.tensor, words], { attributes: { axis: int(byRows ? 0 : 1) } });
  return byRows ? timesRows(builder, hidden, chosen, shape) : builder.add("MatMul", [hidden, chosen], { shape });
}

function timesRows(builder: GraphBuilder, hidden: string, rows: string, shape: (string | number)[]): string {
  return builder.add("FusedMatMul", [hidden, rows], { domain: contrib, attributes: { transB: int(1) }, shape });
}

/** Repeats a node that came after the product on the trimmed scores. */
function appendTail(builder: GraphBuilder, scores: string, { node, data }: TailNode, words: string | undefined, shape: (string | number)[]): string {
  if (node.operator === "Reshape" || node.operator === "Identity") return scores;
  const inputs = node.inputs.map((input, i) => {
    if (i === data) return scores;
    const constant = builder.graph.typeOf(input)!.shape!;
    if (constant.every((size) => size === 1)) return builder.add("Reshape", [input, builder.integers([])]);
    return words ? builder.add("Gather", [input, words], { attributes: { axis: int(-1) } }) : input;
  });
  return builder.add(node.operator, inputs, { domain: node.domain, attributes: node.attributes, shape });
}

function scoredRows(builder: GraphBuilder): string {
  return builder.input("scored_rows", { elementType: "int64", shape: ["scored"] });
}

function gatherHidden(builder: GraphBuilder, states: FinalStates): string {
  return builder.add("Gather", [flat(builder, states), scoredRows(builder)], { attributes: { axis: int(0) }, shape: ["scored", states.hiddenSize] });
}

/** [batch, time, d] → [batch·time, d] */
function flat(builder: GraphBuilder, { hidden, hiddenSize }: FinalStates): string {
  return builder.add("Reshape", [hidden, builder.integers([-1, hiddenSize])], { shape: [undefined, hiddenSize] });
}
