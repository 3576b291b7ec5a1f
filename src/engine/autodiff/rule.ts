import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { TensorType } from "../graph/tensor-type.js";

/** What a rule may look at and use while it writes the backward nodes of one forward node. */
export interface RuleContext {
  readonly graph: Graph;
  /** Appends the backward nodes. */
  readonly builder: GraphBuilder;
  /** Whether a gradient for this input is wanted; a rule skips the work for the others. */
  wants(inputIndex: number): boolean;
  typeOf(tensor: string): TensorType | undefined;
  /** The only node between the trainables and the loss that reads a tensor, with the gradient of its first output; undefined where several do. */
  readerOf(tensor: string): { readonly node: GraphNode; readonly gradient: string } | undefined;
  /** Sums a gradient down to the shape of a tensor that was broadcast in the forward pass. */
  unbroadcast(gradient: string, target: string): string;
}

/**
 * Vector–Jacobian product of one operator: from the gradients of the node's outputs (undefined where an output
 * does not reach the loss) to the gradients of its inputs (undefined where there is none).
 */
export type GradientRule = (node: GraphNode, gradients: readonly (string | undefined)[], context: RuleContext) => readonly (string | undefined)[];

/** Key of the rule table: ONNX's own operators by name, others as "domain:name". */
export function operatorKey(node: Pick<GraphNode, "operator" | "domain">): string {
  return node.domain ? `${node.domain}:${node.operator}` : node.operator;
}

export const contrib = "com.microsoft";
