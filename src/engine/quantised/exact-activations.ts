import { contrib, operatorKey } from "../autodiff/rule.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { inferNodeTypes } from "../graph/shape-inference.js";
import { appendLinearDequantised, linearWeightOf } from "./linear-weight.js";

/** Whether a graph rounds what flows through it, so that its loss is a staircase. */
export function roundsActivations(graph: Graph): boolean {
  return graph.nodes.some((node) => operatorKey(node) === `${contrib}:DynamicQuantizeMatMul` || isRounding(graph, node));
}

/** Rounding of a tensor that is computed, not of a constant. */
function isRounding(graph: Graph, { operator, inputs }: GraphNode): boolean {
  return (operator === "QuantizeLinear" || operator === "DynamicQuantizeLinear") && !graph.initializers.has(inputs[0]);
}

/**
 * The dequantised model, in place: weights stay as they are stored, activations are not rounded any more. Its loss is
 * smooth, so that a gradient can be compared with differences.
 */
export function keepActivationsExact(graph: Graph): void {
  const nodes = graph.nodes;
  graph.nodes = [];
  const builder = new GraphBuilder(graph, "exact/");
  const replace = ({ name, outputs }: GraphNode, operator: string, inputs: string[]): void => {
    const node = { name, operator, domain: "", inputs, outputs: [outputs[0]], attributes: {} };
    graph.nodes.push(node);
    inferNodeTypes(graph, node);
  };
  const unrounded = new Map<string, string>();
  for (const node of nodes) {
    if (operatorKey(node) === `${contrib}:DynamicQuantizeMatMul`) {
      // FusedMatMul, which onnxruntime does not turn into a product that rounds in its own way.
      const product = builder.add("FusedMatMul", [node.inputs[0], appendLinearDequantised(builder, linearWeightOf(node))], { domain: contrib });
      if (node.inputs[4]) replace(node, "Add", [product, node.inputs[4]]);
      else replace(node, "Identity", [product]);
    } else if (node.operator === "DequantizeLinear" && unrounded.has(node.inputs[0])) {
      replace(node, "Identity", [unrounded.get(node.inputs[0])!]);
    } else {
      if (isRounding(graph, node)) unrounded.set(node.outputs[0], node.inputs[0]);
      graph.nodes.push(node);
    }
  }
}
