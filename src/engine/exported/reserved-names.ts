import type { Graph } from "../graph/graph.js";

/** Tensors that this program adds to a model's graph. */
const reserved = new Set(["prompt", "virtual_tokens", "scored_rows", "targets", "weights", "allowed", "head_rows", "head.weight", "head.bias", "loss", "log_probabilities", "scores"]);
const prefixes = ["gradient/", "gradient.", "prompt/", "head/", "lowered/"];

/** Renames tensors of the model's own that would clash with ours. Inputs and outputs that the model is known by keep theirs. */
export function freeReservedNames(graph: Graph): void {
  const renamed = (name: string): string => (reserved.has(name) || prefixes.some((prefix) => name.startsWith(prefix)) ? `model/${name}` : name);
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
  }
  graph.outputs = graph.outputs.map((output) => ({ ...output, name: renamed(output.name) }));
  graph.inputs = graph.inputs.map((input) => ({ ...input, name: renamed(input.name) }));
  for (const map of [graph.types, graph.initializers] as Map<string, never>[]) {
    for (const [name, value] of [...map]) {
      const other = renamed(name);
      if (other === name) continue;
      map.delete(name);
      map.set(other, "name" in (value as object) ? ({ ...(value as object), name: other } as never) : value);
    }
  }
}
