import { contrib, operatorKey } from "../autodiff/rule.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { appendRows, blockWeightOf } from "./block-weight.js";
import { appendLinearRows, linearWeightOf } from "./linear-weight.js";

/** Sizes of a quantised output matrix; undefined for a node that is no product with one. */
export function outputSize(graph: Graph, node: GraphNode): { tokens: number; width: number } | undefined {
  switch (operatorKey(node)) {
    case `${contrib}:MatMulNBits`: {
      const { rows, columns } = blockWeightOf(node);
      return { tokens: rows, width: columns };
    }
    case `${contrib}:DynamicQuantizeMatMul`: {
      const shape = graph.initializers.get(node.inputs[1])?.shape;
      return shape?.length === 2 && !node.inputs[4] ? { tokens: shape[1], width: shape[0] } : undefined;
    }
    default:
      return undefined;
  }
}

/** The rows of a quantised output matrix for some tokens, as float32 [count, d]. */
export function appendOutputRows(builder: GraphBuilder, node: GraphNode, tokens: string, count: number): string {
  if (node.operator === "MatMulNBits") return appendRows(builder, blockWeightOf(node), tokens, count);
  return appendLinearRows(builder, linearWeightOf(node), tokens);
}
