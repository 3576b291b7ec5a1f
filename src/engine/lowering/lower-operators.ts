import { contrib, operatorKey } from "../autodiff/rule.js";
import { GraphBuilder } from "../graph/builder.js";
import { ints } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { inferNodeTypes } from "../graph/shape-inference.js";
import { matMulNBits } from "./block-product.js";
import { matMulBnb4 } from "./bnb4-product.js";
import { groupQueryAttention } from "./group-query-attention.js";
import type { Lowering, LoweringContext } from "./lowering.js";
import { multiHeadAttention } from "./multi-head-attention.js";

/** Operators that hide several steps, and what spells them out. */
export const lowerings: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  [`${contrib}:GroupQueryAttention`, groupQueryAttention],
  [`${contrib}:MultiHeadAttention`, multiHeadAttention],
  [`${contrib}:MatMulNBits`, matMulNBits],
  [`${contrib}:MatMulBnb4`, matMulBnb4],
]);

/**
 * Replaces every node that has a lowering, in place, and infers the types of all tensors on the way (a lowering needs
 * those before it, what follows needs those it makes).
 * @throws PromptTuningError kind "operator" for a node that its lowering does not cover.
 */
export function lowerOperators(graph: Graph): void {
  const nodes = graph.nodes;
  graph.nodes = [];
  const context: LoweringContext = { graph, builder: new GraphBuilder(graph, "lowered/"), shared: new Map() };
  for (const stored of nodes) {
    const node = withOrder(graph, stored);
    const lowering = lowerings.get(operatorKey(node));
    if (!lowering) {
      inferNodeTypes(graph, node);
      graph.nodes.push(node);
      continue;
    }
    const results = lowering(node, context);
    results.forEach((tensor, i) => {
      const output = node.outputs[i];
      if (!output || !tensor) return;
      // The model's own tensor names stay.
      const identity = { name: `${node.name}.output${i}`, operator: "Identity", domain: "", inputs: [tensor], outputs: [output], attributes: {} };
      inferNodeTypes(graph, identity);
      graph.nodes.push(identity);
    });
  }
}

/** Writes the order of a transposition out: without it onnxruntime 1.30 ends the process over a DequantizeLinear before it. */
function withOrder(graph: Graph, node: GraphNode): GraphNode {
  if (operatorKey(node) !== "Transpose" || node.attributes.perm) return node;
  const rank = graph.typeOf(node.inputs[0])?.shape?.length;
  return rank === undefined ? node : { ...node, attributes: { ...node.attributes, perm: ints(Array.from({ length: rank }, (_, axis) => rank - 1 - axis)) } };
}
