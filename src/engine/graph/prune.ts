import type { Graph } from "./graph.js";

/** Drops nodes and constants that no output needs. Inputs stay: they are what a caller feeds. */
export function prune(graph: Graph): void {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const kept = [...graph.nodes].reverse().filter((node) => {
    const used = node.outputs.some((output) => output !== "" && needed.has(output));
    if (used) for (const input of node.inputs) needed.add(input);
    return used;
  });
  graph.nodes = kept.reverse();
  for (const name of [...graph.initializers.keys()]) if (!needed.has(name)) graph.initializers.delete(name);
}

/** Whether a tensor comes from constants alone. */
export function isConstantExpression(graph: Graph, tensor: string, depth = 8): boolean {
  if (tensor === "" || graph.initializers.has(tensor)) return true;
  const producer = depth > 0 ? graph.producerOf(tensor) : undefined;
  return producer !== undefined && producer.inputs.every((input) => isConstantExpression(graph, input, depth - 1));
}
