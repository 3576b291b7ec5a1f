import type { Graph, GraphNode } from "./graph.js";
import type { TensorType } from "./tensor-type.js";

/** What can be said of a node's outputs from its inputs; undefined where nothing can. */
export type Inference = (node: GraphNode, inputs: readonly (TensorType | undefined)[], graph: Graph) => readonly (TensorType | undefined)[];
