import type { Graph, GraphNode } from "./graph.js";
import { floatInitializer, type Initializer, integerInitializer } from "./initializer.js";

/** The tensor that a Constant node gives; undefined for texts and sparse tensors. */
export function constantNodeValue(node: GraphNode): Initializer | undefined {
  const { value, value_int: integer, value_ints: integers, value_float: number, value_floats: numbers } = node.attributes;
  const name = node.outputs[0];
  if (value?.kind === "tensor") return { ...value.value, name };
  if (integer?.kind === "int") return integerInitializer(name, [], [integer.value]);
  if (integers?.kind === "ints") return integerInitializer(name, [integers.value.length], integers.value);
  if (number?.kind === "float") return floatInitializer(name, [], [number.value]);
  return numbers?.kind === "floats" ? floatInitializer(name, [numbers.value.length], numbers.value) : undefined;
}

/** Turns Constant nodes (the older exporter writes hundreds) into initializers, which are found by name. */
export function liftConstants(graph: Graph): void {
  graph.nodes = graph.nodes.filter((node) => {
    const value = node.operator === "Constant" && node.domain === "" ? constantNodeValue(node) : undefined;
    if (value) graph.initializers.set(value.name, value);
    return value === undefined;
  });
}
