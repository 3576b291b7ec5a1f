import type { Graph, GraphNode } from "./graph.js";

/**
 * Brings nodes, in place, into an order in which every tensor is made before it is used. Converters to half precision
 * append their casts of inputs at the end of the list. Nodes that are in order already keep theirs.
 * @throws Error when the graph runs in a circle.
 */
export function sortNodes(graph: Graph): void {
  const producers = new Map<string, GraphNode>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output) producers.set(output, node);
  const sorted: GraphNode[] = [];
  const state = new Map<GraphNode, "open" | "done">();
  for (const start of graph.nodes) {
    // An own stack: chains in a graph are far longer than calls may nest.
    const stack = [start];
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      const known = state.get(node);
      const waiting = known ? [] : node.inputs.flatMap((input) => producers.get(input) ?? []).filter((producer) => state.get(producer) !== "done");
      if (waiting.some((producer) => producer === node || state.get(producer) === "open")) throw new Error(`node "${node.name}" depends on itself`);
      if (!known) state.set(node, "open");
      if (waiting.length > 0) {
        stack.push(...waiting.reverse());
        continue;
      }
      stack.pop();
      if (known === "done") continue;
      state.set(node, "done");
      sorted.push(node);
    }
  }
  graph.nodes = sorted;
}
