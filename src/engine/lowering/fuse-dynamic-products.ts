import { contrib, operatorKey } from "../autodiff/rule.js";
import type { Graph, GraphNode } from "../graph/graph.js";

/**
 * Dynamic quantisation writes a product as five nodes: DynamicQuantizeLinear of the activations, MatMulInteger, a
 * product of the two scales, Cast, Mul. Their integers carry no gradient, so the five become, in place, the one operator
 * that onnxruntime runs for them anyway, DynamicQuantizeMatMul, which has a rule. The others are left to pruning.
 */
export function fuseDynamicProducts(graph: Graph): void {
  const fused = new Map(graph.nodes.flatMap((node) => {
    const replacement = fromIntegerProduct(graph, node) ?? fromFloatProduct(graph, node);
    return replacement ? [[node, replacement] as const] : [];
  }));
  if (fused.size === 0) return;
  graph.nodes = graph.nodes.map((node) => fused.get(node) ?? node);
  if (!graph.opsets.has(contrib)) graph.opsets.set(contrib, 1);
}

/** Mul(Cast(MatMulInteger(q, W, zero, zero of W)), Mul(scale, scale of W)), the factors in any order. */
function fromIntegerProduct(graph: Graph, node: GraphNode): GraphNode | undefined {
  if (operatorKey(node) !== "Mul") return undefined;
  for (const [product, factor] of [node.inputs, [...node.inputs].reverse()]) {
    const cast = graph.producerOf(product);
    const integer = cast?.operator === "Cast" ? graph.producerOf(cast.inputs[0]) : undefined;
    const scales = graph.producerOf(factor);
    if (integer?.operator !== "MatMulInteger" || scales?.operator !== "Mul") continue;
    const [values, weight, zero, weightZero] = integer.inputs;
    const source = dynamicSource(graph, values, zero);
    const weightScale = source && scales.inputs.find((input) => input !== source.scale);
    if (source && scales.inputs.includes(source.scale) && weightScale) return fusedNode(graph, node, source.input, weight, weightScale, weightZero);
  }
  return undefined;
}

/** onnxruntime's MatMulIntegerToFloat: the same, already fused but for the quantisation of the activations. */
function fromFloatProduct(graph: Graph, node: GraphNode): GraphNode | undefined {
  if (operatorKey(node) !== `${contrib}:MatMulIntegerToFloat`) return undefined;
  const [values, weight, scale, weightScale, zero, weightZero, bias] = node.inputs;
  const source = dynamicSource(graph, values, zero);
  return source?.scale === scale ? fusedNode(graph, node, source.input, weight, weightScale, weightZero, bias) : undefined;
}

/** What was quantised, when all three outputs of a DynamicQuantizeLinear are used as they are meant. */
function dynamicSource(graph: Graph, values: string, zero: string | undefined): { input: string; scale: string } | undefined {
  const quantise = graph.producerOf(values);
  if (quantise?.operator !== "DynamicQuantizeLinear") return undefined;
  const [first, scale, third] = quantise.outputs;
  return first === values && third === zero ? { input: quantise.inputs[0], scale } : undefined;
}

/** Only weights [K, N] that are constants take part. */
function fusedNode(graph: Graph, { name, outputs }: GraphNode, input: string, weight: string, scale: string, zero = "", bias = ""): GraphNode | undefined {
  if (graph.initializers.get(weight)?.shape.length !== 2 || !graph.constant(scale)) return undefined;
  return { name, operator: "DynamicQuantizeMatMul", domain: contrib, inputs: [input, weight, scale, zero, bias], outputs, attributes: {} };
}
