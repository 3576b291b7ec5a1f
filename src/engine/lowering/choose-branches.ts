import type { Graph, GraphNode } from "../graph/graph.js";
import { isExternal } from "../graph/initializer.js";

/** Input by which merged decoders choose: true when earlier keys and values are given, which this program never does. */
const cacheSwitch = "use_cache_branch";
/** Branches lie in branches; each round takes one layer off. */
const mostRounds = 16;

/**
 * Puts the branch that will be taken in the place of every If whose condition is known before the model runs, in
 * place: a constant, or the switch of a merged decoder (which then is no input any more). Others stay.
 */
export function chooseBranches(graph: Graph): void {
  for (let round = 0; round < mostRounds; round++) {
    const decided = new Map(graph.nodes.flatMap((node) => {
      const branch = node.operator === "If" && node.domain === "" ? branchTaken(graph, node) : undefined;
      return branch ? [[node, branch] as const] : [];
    }));
    if (decided.size === 0) break;
    graph.nodes = graph.nodes.flatMap((node) => {
      const branch = decided.get(node);
      return branch ? inline(graph, node, branch) : [node];
    });
  }
  graph.inputs = graph.inputs.filter(({ name }) => name !== cacheSwitch);
}

function branchTaken(graph: Graph, { inputs, attributes }: GraphNode): Graph | undefined {
  const condition = valueOf(graph, inputs[0]);
  if (condition === undefined) return undefined;
  const branch = attributes[condition ? "then_branch" : "else_branch"];
  return branch?.kind === "graph" ? branch.value : undefined;
}

/** The value of a single boolean; undefined when it depends on what is fed. */
function valueOf(graph: Graph, tensor: string, depth = 8): boolean | undefined {
  if (tensor === cacheSwitch && graph.inputs.some(({ name }) => name === tensor)) return false;
  const constant = graph.constant(tensor);
  if (constant) return isExternal(constant.data) || constant.elementType !== "bool" || constant.data.length !== 1 ? undefined : constant.data[0] !== 0;
  const producer = depth > 0 ? graph.producerOf(tensor) : undefined;
  switch (producer?.operator) {
    case "Identity":
    case "Cast":
    case "Reshape":
    case "Squeeze":
    case "Unsqueeze":
      return valueOf(graph, producer.inputs[0], depth - 1);
    case "Not": {
      const value = valueOf(graph, producer.inputs[0], depth - 1);
      return value === undefined ? undefined : !value;
    }
    default:
      return undefined;
  }
}

/** A branch's nodes, its results under the names that the If gave them. ONNX forbids a branch to reuse outer names. */
function inline(graph: Graph, node: GraphNode, branch: Graph): GraphNode[] {
  for (const [name, initializer] of branch.initializers) graph.initializers.set(name, initializer);
  for (const [name, type] of branch.types) graph.types.set(name, type);
  const results = node.outputs.flatMap((output, i): GraphNode[] => {
    const result = branch.outputs[i]?.name;
    if (!output || !result || output === result) return [];
    return [{ name: `${node.name}.output${i}`, operator: "Identity", domain: "", inputs: [result], outputs: [output], attributes: {} }];
  });
  return [...branch.nodes, ...results];
}
