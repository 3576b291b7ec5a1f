import type { PromptTuningError } from "../../common/errors.js";
import { refuseGradient } from "../autodiff/refuse.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";

export interface LoweringContext {
  readonly graph: Graph;
  /** Appends the nodes that take the place of the one lowered. */
  readonly builder: GraphBuilder;
  /** Tensors that several nodes share (a causal mask), by a key. */
  readonly shared: Map<string, string>;
}

/** Writes an operator as ones that have gradient rules; returns the tensors that stand for its outputs ("" where nothing does). */
export type Lowering = (node: GraphNode, context: LoweringContext) => readonly string[];

/** The error for a node that cannot be spelled out. */
export const refuseLowering = (node: GraphNode, reason: string): PromptTuningError => refuseGradient(node, reason);
