import { PromptTuningError } from "../../common/errors.js";
import { contrib, operatorKey } from "../autodiff/rule.js";
import { floatAttribute, intAttribute, intsAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { isConstantExpression } from "../graph/prune.js";
import { outputSize } from "../quantised/output-rows.js";
import { isFloating } from "../graph/tensor-type.js";
import { printable } from "../onnx/printable.js";

/** The product that turns final hidden states into logits. */
export interface OutputProduct {
  /** Final hidden states [..., d]. */
  readonly hidden: string;
  readonly hiddenSize: number;
  readonly matrix: OutputMatrix;
  /** What comes after the product, in order: scaling, capping, a bias. */
  readonly tail: readonly TailNode[];
}

/** The output matrix, from constants alone. */
export type OutputMatrix =
  /** A float tensor, in which a token is a row [V, d] or a column [d, V]. */
  | { readonly form: "float"; readonly tensor: string; readonly layout: "rows" | "columns" }
  /** Quantised, as the second and further inputs of the product's node. */
  | { readonly form: "quantised"; readonly node: GraphNode };

export interface TailNode {
  readonly node: GraphNode;
  /** Which of its inputs carries the scores; the others are constants: numbers or vectors over the vocabulary. */
  readonly data: number;
}

export interface ModelOutput {
  /** [batch, time, V]; absent where the model gives hidden states only. */
  readonly logits?: string;
  /** Final hidden states [batch, time, width], of a model that gives them out instead of logits. */
  readonly states?: { readonly tensor: string; readonly width: number };
  readonly vocabularySize: number;
  /** Absent where the end of the graph has another form: logits are then computed whole. */
  readonly product?: OutputProduct;
}

/** What exports of an encoder's body call its final hidden states. */
const stateNames = ["last_hidden_state", "token_embeddings"];

/**
 * @param hiddenSize width of the hidden states, where the graph does not tell it.
 * @throws PromptTuningError kind "model" when no output can be the logits or the hidden states.
 */
export function findOutput(graph: Graph, vocabularySize: number, hiddenSize: number, file?: string): ModelOutput {
  const states = graph.outputs.some(({ name }) => name === "logits") ? undefined : graph.outputs.find(({ name }) => stateNames.includes(name));
  if (states) {
    const width = graph.typeOf(states.name)?.shape?.at(-1);
    return { states: { tensor: states.name, width: typeof width === "number" ? width : hiddenSize }, vocabularySize };
  }
  const candidates = graph.outputs.filter((output) => isFloating(graph.typeOf(output.name)) && (output.shape === undefined || output.shape.length === 3));
  const logits = graph.outputs.find((output) => output.name === "logits") ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (!logits) {
    throw new PromptTuningError("model", "The ONNX model has no output named \"logits\" or \"last_hidden_state\".", {
      reason: `Its outputs are: ${graph.outputs.slice(0, 8).map((output) => printable(output.name)).join(", ") || "none"}.`,
      advice: "Export a causal language model with its logits as the output, or an encoder with its hidden states or its masked-LM logits.",
      file,
    });
  }
  const product = findProduct(graph, logits.name);
  const width = graph.typeOf(logits.name)?.shape?.at(-1);
  const tokens = product && matrixSize(graph, product.matrix)?.tokens;
  return { logits: logits.name, vocabularySize: tokens ?? (typeof width === "number" ? width : vocabularySize), product };
}

function matrixSize(graph: Graph, matrix: OutputMatrix): { tokens: number; width: number } | undefined {
  if (matrix.form === "quantised") return outputSize(graph, matrix.node);
  const shape = graph.typeOf(matrix.tensor)?.shape;
  if (shape?.length !== 2) return undefined;
  const [tokens, width] = matrix.layout === "rows" ? shape : [shape[1], shape[0]];
  return typeof tokens === "number" && typeof width === "number" ? { tokens, width } : undefined;
}

/** Walks back from the logits over elementwise nodes to the product. */
function findProduct(graph: Graph, logits: string): OutputProduct | undefined {
  const tail: TailNode[] = [];
  let tensor = logits;
  for (let steps = 0; steps < 16; steps++) {
    const node = graph.producerOf(tensor);
    if (!node) return undefined;
    const matrix = asProduct(graph, node);
    if (matrix) {
      const hiddenSize = matrixSize(graph, matrix)?.width;
      return hiddenSize === undefined ? undefined : { hidden: node.inputs[0], hiddenSize, matrix, tail };
    }
    const data = dataOfTail(graph, node);
    if (data === undefined) return undefined;
    tail.unshift({ node, data });
    tensor = node.inputs[data];
  }
  return undefined;
}

function asProduct(graph: Graph, node: GraphNode): OutputMatrix | undefined {
  const [, right] = node.inputs;
  const { attributes } = node;
  if (right === undefined || !isConstantExpression(graph, right)) return undefined;
  if (outputSize(graph, node)) return { form: "quantised", node };
  const inFloats = (tensor: string, byRows: boolean): OutputMatrix => ({ form: "float", tensor, layout: byRows ? "rows" : "columns" });
  const transposed = intAttribute(attributes, "transB", 0) === 1;
  switch (operatorKey(node)) {
    case "MatMul": {
      const producer = graph.producerOf(right);
      const order = producer?.operator === "Transpose" ? (intsAttribute(producer.attributes, "perm") ?? [1, 0]) : undefined;
      const isTransposed = order?.length === 2 && order[0] === 1;
      return isTransposed ? inFloats(producer!.inputs[0], true) : inFloats(right, false);
    }
    case "Gemm":
    case `${contrib}:FusedMatMul`: {
      const plain = intAttribute(attributes, "transA", 0) === 0 && floatAttribute(attributes, "alpha", 1) === 1 && !node.inputs[2];
      return plain ? inFloats(right, transposed) : undefined;
    }
    default:
      return undefined;
  }
}

/** Index of the input that carries the scores through a node after the product; undefined for any other node. */
function dataOfTail(graph: Graph, node: GraphNode): number | undefined {
  switch (operatorKey(node)) {
    case "Identity":
    case "Cast":
    case "Tanh":
    case "Reshape":
      return 0;
    case "Add":
    case "Sub":
    case "Mul":
    case "Div": {
      const constants = node.inputs.map((input) => isConstantExpression(graph, input) && isNumberOrVector(graph, input));
      return constants[1] ? 0 : constants[0] ? 1 : undefined;
    }
    default:
      return undefined;
  }
}

function isNumberOrVector(graph: Graph, tensor: string): boolean {
  const shape = graph.typeOf(tensor)?.shape;
  return shape !== undefined && shape.every((size) => typeof size === "number") && (shape.length <= 1 || shape.every((size) => size === 1));
}
