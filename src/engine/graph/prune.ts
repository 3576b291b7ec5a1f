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

/** Whether a tensor comes from constants alone, over at most `most` nodes. */
export function isConstantExpression(graph: Graph, tensor: string, most = 64): boolean {
  const seen = new Set([tensor]);
  let nodes = 0;
  for (const name of seen) {
    if (name === "" || graph.initializers.has(name)) continue;
    const producer = graph.producerOf(name);
    if (!producer || ++nodes > most) return false;
    for (const input of producer.inputs) seen.add(input);
  }
  return true;
}
