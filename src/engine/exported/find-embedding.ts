import { PromptTuningError } from "../../common/errors.js";
import { intAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import { printable } from "../onnx/printable.js";

/** Where token ids become vectors. */
export interface EmbeddingSite {
  /** The Gather from the table. */
  readonly node: GraphNode;
  /** [vocabulary, d] */
  readonly table: Initializer;
}

/** Operators that hand token ids on without changing them. */
const passing = new Set(["Identity", "Cast", "Reshape", "Unsqueeze", "Squeeze", "Flatten"]);

/**
 * Finds the one lookup of token embeddings, following the ids from the model's input.
 * @throws PromptTuningError kind "model" when there is none, or more than one.
 */
export function findEmbedding(graph: Graph, ids: string, file?: string): EmbeddingSite {
  const carriers = new Set([ids]);
  const sites: EmbeddingSite[] = [];
  let packed: string | undefined;
  for (const node of graph.nodes) {
    if (passing.has(node.operator) && carriers.has(node.inputs[0])) carriers.add(node.outputs[0]);
    if (node.operator === "GatherBlockQuantized" && node.inputs.some((input) => carriers.has(input))) packed = node.name;
    if (node.operator !== "Gather" || node.domain !== "" || !carriers.has(node.inputs[1])) continue;
    const table = tableOf(graph, node.inputs[0]);
    if (table?.shape.length === 2 && intAttribute(node.attributes, "axis", 0) === 0) sites.push({ node, table });
  }
  if (sites.length === 1) return sites[0];
  const several = sites.length > 1 ? `Token ids are looked up in ${sites.length} tables.` : "Token ids reach no lookup (Gather) in a constant table.";
  throw new PromptTuningError("model", "The token embedding of the ONNX model was not found.", {
    reason: packed === undefined ? several : `The node "${printable(packed)}" looks ids up in a quantised table.`,
    advice: "Use an unquantised variant of the model, exported from token ids to logits.",
    file,
  });
}

/** The table itself, or what a widened or shared table is made from. */
function tableOf(graph: Graph, tensor: string, depth = 4): Initializer | undefined {
  const initializer = graph.initializers.get(tensor);
  if (initializer || depth === 0) return initializer;
  const producer = graph.producerOf(tensor);
  return producer?.operator === "Identity" || producer?.operator === "Cast" ? tableOf(graph, producer.inputs[0], depth - 1) : undefined;
}
