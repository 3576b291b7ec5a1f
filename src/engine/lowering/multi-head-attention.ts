import { floatAttribute, int, intAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { elementTypes } from "../graph/tensor-type.js";
import { attend, causalBias } from "./attention.js";
import { requireEmptyPast } from "./group-query-attention.js";
import { type Lowering, type LoweringContext, refuseLowering } from "./lowering.js";

/** onnxruntime's MultiHeadAttention of separate queries, keys and values, with an empty or absent past. */
export const multiHeadAttention: Lowering = (node, context) => {
  const { builder, graph } = context;
  const [query, key, value, bias, paddingMask, attentionBias, pastKey, pastValue] = node.inputs;
  const heads = intAttribute(node.attributes, "num_heads", 0);
  if (!key || !value) throw refuseLowering(node, "Its queries, keys and values are packed into one tensor.");
  if ([query, key, value].some((tensor) => (graph.typeOf(tensor)?.shape?.length ?? 3) !== 3)) throw refuseLowering(node, "Its queries, keys or values are not laid out as [batch, time, width].");
  if (!(heads > 0)) throw refuseLowering(node, `It has ${heads} heads.`);
  if (node.inputs.slice(8).some((input) => input !== "") || node.outputs[3]) throw refuseLowering(node, "It works step by step (with a cache of beams) or gives out its scores.");
  requireEmptyPast(node, graph, [pastKey, pastValue]);
  const headSize = headSizeOf(node, graph, heads);
  const [q, k, v] = bias ? addBias(node, context, [query, key, value], bias) : [query, key, value];
  const biases: string[] = [];
  if (attentionBias) biases.push(attentionBias);
  if (paddingMask) biases.push(paddingBias(node, context, paddingMask));
  if (intAttribute(node.attributes, "unidirectional", 0) === 1) biases.push(causalBias(context, q, 1, undefined));
  const scale = floatAttribute(node.attributes, "scale", 0);
  const attended = attend(builder, { query: q, key: k, value: v, heads, keyValueHeads: heads, scale: scale > 0 ? scale : 1 / Math.sqrt(headSize), softcap: 0, biases });
  return [attended.output, attended.key, attended.value];
};

function headSizeOf(node: GraphNode, graph: Graph, heads: number): number {
  const width = graph.typeOf(node.inputs[0])?.shape?.[2] ?? graph.typeOf(node.inputs[1])?.shape?.[2];
  if (typeof width === "number" && width % heads === 0) return width / heads;
  throw refuseLowering(node, "The size of its heads cannot be told from the model's shapes.");
}

/** One vector holds the biases of queries, keys and values. */
function addBias(node: GraphNode, { builder, graph }: LoweringContext, parts: readonly string[], bias: string): string[] {
  const widths = parts.map((part) => graph.typeOf(part)?.shape?.[2]);
  if (!widths.every((width) => typeof width === "number")) throw refuseLowering(node, "The widths of its queries, keys and values are not known.");
  const pieces = builder.addMany("Split", [bias, builder.integers(widths)], 3, { attributes: { axis: int(0) } });
  return parts.map((part, i) => builder.add("Add", [part, pieces[i]]));
}

/** A mask [batch, keys] of 1 (seen) and 0 (hidden) as a bias [batch, 1, 1, keys]. */
function paddingBias(node: GraphNode, { builder, graph }: LoweringContext, mask: string): string {
  if (graph.typeOf(mask)?.shape?.length !== 2) throw refuseLowering(node, "Its padding mask is not of the form [batch, keys].");
  const seen = builder.add("Cast", [mask], { attributes: { to: int(elementTypes.bool) } });
  const filter = floatAttribute(node.attributes, "mask_filter_value", -10000);
  return builder.add("Unsqueeze", [builder.add("Where", [seen, builder.scalar(0), builder.scalar(filter)]), builder.integers([1, 2])]);
}
