import { contrib } from "../autodiff/rule.js";
import { floatAttribute, int, intAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { attend, causalBias } from "./attention.js";
import { type Lowering, type LoweringContext, refuseLowering } from "./lowering.js";

/**
 * onnxruntime's GroupQueryAttention: rotary position embedding, grouped heads and causal attention in one. Spelled
 * out for a whole text at once, without earlier keys and values (the past is absent or fed empty). The lengths of
 * texts (seqlens_k) need not be read: padding stands on the right, where no query of the text sees it.
 */
export const groupQueryAttention: Lowering = (node, context) => {
  const { builder, graph } = context;
  const [query, key, value, pastKey, pastValue, , , cosine, sine, positions, bias] = node.inputs;
  const heads = intAttribute(node.attributes, "num_heads", 0);
  const keyValueHeads = intAttribute(node.attributes, "kv_num_heads", 0);
  if (!(heads > 0 && keyValueHeads > 0 && heads % keyValueHeads === 0)) throw refuseLowering(node, `It has ${heads} heads on ${keyValueHeads} key/value heads.`);
  requireEmptyPast(node, graph, [pastKey, pastValue]);
  refuseVariants(node);
  const headSize = headSizeOf(node, graph, heads, keyValueHeads);

  let [q, k, v] = [query, key, value];
  if (!key) {
    const sizes = [heads, keyValueHeads, keyValueHeads].map((count) => count * headSize);
    [q, k, v] = builder.addMany("Split", [query, builder.integers(sizes)], 3, { attributes: { axis: int(-1) } });
  }
  if (intAttribute(node.attributes, "do_rotary", 0) === 1) {
    q = rotate(node, context, q, heads, headSize, cosine, sine, positions);
    k = rotate(node, context, k, keyValueHeads, headSize, cosine, sine, positions);
  }
  const groups = heads / keyValueHeads;
  const window = intAttribute(node.attributes, "local_window_size", -1);
  const scale = floatAttribute(node.attributes, "scale", 0);
  const attended = attend(builder, {
    query: q,
    key: k,
    value: v,
    heads,
    keyValueHeads,
    scale: scale > 0 ? scale : 1 / Math.sqrt(headSize),
    softcap: floatAttribute(node.attributes, "softcap", 0),
    biases: [...(bias ? [groupedBias(node, context, bias, heads, keyValueHeads)] : []), causalBias(context, q, groups, window > 0 ? window : undefined)],
  });
  return [attended.output, attended.key, attended.value];
};

/** Earlier keys and values come from the model's inputs, which are fed empty, or not at all. */
export function requireEmptyPast(node: GraphNode, graph: Graph, past: readonly (string | undefined)[]): void {
  for (const tensor of past) {
    if (tensor && !comesFromInput(graph, tensor)) throw refuseLowering(node, "Its earlier keys and values are computed, not an input of the model.");
  }
}

/** Whether it is an input of the model, in another precision perhaps. */
function comesFromInput(graph: Graph, tensor: string, depth = 4): boolean {
  if (graph.inputs.some((input) => input.name === tensor)) return true;
  const producer = graph.producerOf(tensor);
  return depth > 0 && (producer?.operator === "Cast" || producer?.operator === "Identity") && comesFromInput(graph, producer.inputs[0], depth - 1);
}

function refuseVariants(node: GraphNode): void {
  if (node.inputs.slice(11).some((input) => input !== "")) throw refuseLowering(node, "It has an attention sink or quantised keys and values.");
  if (intAttribute(node.attributes, "smooth_softmax", 0) === 1) throw refuseLowering(node, "It uses a smoothed softmax.");
  if (node.outputs[3]) throw refuseLowering(node, "It gives out its attention scores.");
}

function headSizeOf(node: GraphNode, graph: Graph, heads: number, keyValueHeads: number): number {
  const width = graph.typeOf(node.inputs[0])?.shape?.at(-1);
  const parts = node.inputs[1] ? heads : heads + 2 * keyValueHeads;
  if (typeof width === "number" && width % parts === 0) return width / parts;
  const past = node.inputs[3] ? graph.typeOf(node.inputs[3])?.shape?.[3] : undefined;
  if (typeof past === "number") return past;
  throw refuseLowering(node, "The size of its heads cannot be told from the model's shapes.");
}

function rotate(node: GraphNode, { builder, graph }: LoweringContext, tensor: string, heads: number, headSize: number, cosine: string, sine: string, positions: string | undefined): string {
  const half = graph.typeOf(cosine)?.shape?.[1];
  if (typeof half !== "number") throw refuseLowering(node, "The width of its rotary embedding cannot be told from the model's shapes.");
  const partial = half * 2 !== headSize;
  return builder.add("RotaryEmbedding", [tensor, positions || builder.integers([0]), cosine, sine], {
    domain: contrib,
    attributes: {
      interleaved: int(intAttribute(node.attributes, "rotary_interleaved", 0)),
      ...(partial ? { num_heads: int(heads), rotary_embedding_dim: int(half * 2) } : {}),
    },
  });
}

/** A bias [1 or batch, 1 or heads, time, keys] for scores whose groups lie along time. */
export function groupedBias(node: GraphNode, { builder, graph }: LoweringContext, bias: string, heads: number, keyValueHeads: number): string {
  const groups = heads / keyValueHeads;
  if (groups === 1) return bias;
  const own = graph.typeOf(bias)?.shape?.[1];
  if (own === 1) return builder.add("Tile", [bias, builder.integers([1, 1, groups, 1])]);
  if (own !== heads) throw refuseLowering(node, "The shape of its attention bias is not known.");
  const keys = builder.add("Slice", [builder.add("Shape", [bias]), builder.integers([3]), builder.integers([4])]);
  return builder.add("Reshape", [bias, builder.add("Concat", [builder.integers([0, keyValueHeads, -1]), keys], { attributes: { axis: int(0) } })]);
}
