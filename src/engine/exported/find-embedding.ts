import { PromptTuningError } from "../../common/errors.js";
import { contrib, operatorKey } from "../autodiff/rule.js";
import { intAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import { printable } from "../onnx/printable.js";

/** The constant table that token ids are looked up in, as the file stores it. */
export interface StoredTable {
  /** Vocabulary. */
  readonly rows: number;
  /** d */
  readonly width: number;
  readonly values: Initializer;
  /** How stored numbers become floats; absent for a table of floats. */
  readonly quantisation?: TableQuantisation;
}

/** value = (stored − zero point)·scale, with one scale for a block of neighbouring numbers of a row (or for all). */
export interface TableQuantisation {
  readonly bits: 4 | 8;
  /** Numbers that share a scale; 0: all of the table. */
  readonly blockSize: number;
  readonly scales: Initializer;
  readonly zeroPoints?: Initializer;
}

/** Where token ids become vectors. */
export interface EmbeddingSite {
  /** The lookup; the ids are its second input. */
  readonly node: GraphNode;
  /** The vectors [..., d] as floats: what it gives out, dequantised where that is needed. */
  readonly output: string;
  readonly table: StoredTable;
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
  let unread: string | undefined;
  for (const node of graph.nodes) {
    if (passing.has(node.operator) && carriers.has(node.inputs[0])) carriers.add(node.outputs[0]);
    if (!carriers.has(node.inputs[1])) continue;
    const site = siteOf(graph, node);
    if (site) sites.push(site);
    else if (/Gather/.test(node.operator) && tableOf(graph, node.inputs[0])?.shape.length === 2) unread = node.name;
  }
  if (sites.length === 1) return sites[0];
  const several = sites.length > 1 ? `Token ids are looked up in ${sites.length} tables.` : "Token ids reach no lookup (Gather) in a constant table.";
  throw new PromptTuningError("model", "The token embedding of the ONNX model was not found.", {
    reason: unread === undefined || sites.length > 0 ? several : `The node "${printable(unread)}" looks ids up in a quantised table of a form that is not supported.`,
    advice: "Use an unquantised variant of the model (model.onnx, model_fp16.onnx), exported from token ids to logits.",
    file,
  });
}

function siteOf(graph: Graph, node: GraphNode): EmbeddingSite | undefined {
  const values = tableOf(graph, node.inputs[0]);
  if (values?.shape.length !== 2) return undefined;
  const [rows, width] = values.shape;
  const [output] = node.outputs;
  if (operatorKey(node) === `${contrib}:GatherBlockQuantized`) return blockSite(graph, node, values);
  if (operatorKey(node) !== "Gather" || intAttribute(node.attributes, "axis", 0) !== 0) return undefined;
  if (values.elementType !== "uint8" && values.elementType !== "int8") return { node, output, table: { rows, width, values } };
  // Dynamic quantisation keeps the table in integers and dequantises the rows that were looked up.
  const [dequantise, another] = graph.consumersOf(output);
  if (another || !dequantise || dequantise.operator !== "DequantizeLinear") return undefined;
  const [scales, zeroPoints] = dequantise.inputs.slice(1).map((name) => tableOf(graph, name));
  const single = (constant: Initializer | undefined): boolean => constant === undefined || constant.shape.every((size) => size === 1);
  if (!scales || !single(scales) || !single(zeroPoints)) return undefined;
  return { node, output: dequantise.outputs[0], table: { rows, width, values, quantisation: { bits: 8, blockSize: 0, scales, zeroPoints } } };
}

function blockSite(graph: Graph, node: GraphNode, values: Initializer): EmbeddingSite | undefined {
  const [, , scalesName, zeroPointsName] = node.inputs;
  const { attributes } = node;
  const bits = intAttribute(attributes, "bits", 4);
  const blockSize = intAttribute(attributes, "block_size", 128);
  const [scales, zeroPoints] = [scalesName, zeroPointsName].map((name) => (name ? tableOf(graph, name) : undefined));
  const alongRows = intAttribute(attributes, "gather_axis", 0) === 0 && [1, -1].includes(intAttribute(attributes, "quantize_axis", 1));
  if (!alongRows || (bits !== 4 && bits !== 8) || !scales || (zeroPointsName && !zeroPoints)) return undefined;
  const packed = bits === 4 && values.elementType === "uint8";
  const [rows, stored] = values.shape;
  return { node, output: node.outputs[0], table: { rows, width: packed ? stored * 2 : stored, values, quantisation: { bits, blockSize, scales, zeroPoints } } };
}

/** The table itself, or what a widened, shared or differently laid out table is made from. */
function tableOf(graph: Graph, tensor: string, depth = 4): Initializer | undefined {
  const initializer = graph.initializers.get(tensor);
  if (initializer || depth === 0) return initializer;
  const producer = graph.producerOf(tensor);
  if (producer?.operator === "Identity" || producer?.operator === "Cast") return tableOf(graph, producer.inputs[0], depth - 1);
  // A table that the output product shares is stored in that one's shape.
  const shape = producer?.operator === "Reshape" ? graph.typeOf(tensor)?.shape : undefined;
  const stored = shape?.every((size) => typeof size === "number") ? tableOf(graph, producer!.inputs[0], depth - 1) : undefined;
  return stored && { ...stored, shape: shape as number[] };
}
