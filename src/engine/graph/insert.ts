import { GraphBuilder } from "./builder.js";
import type { Graph, GraphNode } from "./graph.js";

/**
 * Writes nodes into the middle of a graph, right after (or before) a given one, so that the order of nodes stays one
 * in which every tensor is made before it is used.
 */
export function insertAt<T>(graph: Graph, anchor: GraphNode, side: "before" | "after", prefix: string, write: (builder: GraphBuilder) => T): T {
  const length = graph.nodes.length;
  const result = write(new GraphBuilder(graph, prefix));
  const old = graph.nodes.slice(0, length);
  const index = old.indexOf(anchor) + (side === "before" ? 0 : 1);
  // A new list: the graph's index of producers relies on lists that only grow.
  graph.nodes = [...old.slice(0, index), ...graph.nodes.slice(length), ...old.slice(index)];
  return result;
}

/** Lets everything that reads one tensor read another, but for the given nodes. */
export function redirect(graph: Graph, from: string, to: string, except: ReadonlySet<GraphNode>): void {
  for (const node of graph.nodes) {
    if (!except.has(node)) node.inputs = node.inputs.map((input) => (input === from ? to : input));
  }
  graph.outputs = graph.outputs.map((output) => (output.name === from ? { ...output, name: to } : output));
}
