import { GraphBuilder } from "./builder.js";
import type { Graph, GraphNode } from "./graph.js";

/**
 * Writes nodes into the middle of a graph, right after (or before) a given one, so that the order of nodes stays one
 * in which every tensor is made before it is used.
 */
export function insertAt<T>(graph: Graph, anchor: GraphNode, side: "before" | "after", prefix: string, write: (builder: GraphBuilder) => T): T {
  const length = graph.nodes.length;
  const result = write(new GraphBuilder(graph, prefix));
  const added = graph.nodes.splice(length);
  const index = graph.nodes.indexOf(anchor);
  graph.nodes.splice(side === "before" ? index : index + 1, 0, ...added);
  return result;
}

/** Lets everything that reads one tensor read another, but for the given nodes. */
export function redirect(graph: Graph, from: string, to: string, except: ReadonlySet<GraphNode>): void {
  for (const node of graph.nodes) {
    if (!except.has(node)) node.inputs = node.inputs.map((input) => (input === from ? to : input));
  }
  graph.outputs = graph.outputs.map((output) => (output.name === from ? { ...output, name: to } : output));
}
