import { contrib } from "../autodiff/rule.js";
import { float, int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { LoweringContext } from "./lowering.js";

export interface AttentionOptions {
  /** [batch, time, heads·headSize] */
  readonly query: string;
  /** [batch, keys, keyValueHeads·headSize] */
  readonly key: string;
  readonly value: string;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly scale: number;
  /** 0: none */
  readonly softcap: number;
  /** Added to the scores: each broadcasts to [batch, keyValueHeads, groups·time, keys]. */
  readonly biases: readonly string[];
}

export interface Attended {
  /** [batch, time, heads·headSize] */
  readonly output: string;
  /** [batch, keyValueHeads, keys, headSize] */
  readonly key: string;
  readonly value: string;
}

/**
 * softmax(cap(scale·Q·Kᵀ) + biases)·V. The queries of a group (heads that share keys) are laid along time, so that
 * keys and values are not repeated.
 */
export function attend(builder: GraphBuilder, options: AttentionOptions): Attended {
  const { heads, keyValueHeads, scale, softcap, biases } = options;
  const groups = heads / keyValueHeads;
  const byHead = (tensor: string, count: number): string => {
    const split = builder.add("Reshape", [tensor, builder.integers([0, 0, count, -1])]);
    return builder.add("Transpose", [split], { attributes: { perm: ints([0, 2, 1, 3]) } });
  };
  const key = byHead(options.key, keyValueHeads);
  const value = byHead(options.value, keyValueHeads);
  const headSize = builder.add("Slice", [builder.add("Shape", [key]), builder.integers([3]), builder.integers([4])]);
  const along = (first: readonly number[], ...rest: string[]): string => builder.add("Concat", [builder.integers(first), ...rest], { attributes: { axis: int(0) } });
  // [batch, heads, time, headSize] → [batch, keyValueHeads, groups·time, headSize]; neighbouring heads form a group.
  const query = builder.add("Reshape", [byHead(options.query, heads), along([0, keyValueHeads, -1], headSize)]);

  let scores = builder.add("FusedMatMul", [query, key], { domain: contrib, attributes: { transB: int(1), alpha: float(scale) } });
  if (softcap > 0) {
    const cap = builder.scalar(softcap);
    scores = builder.add("Mul", [builder.add("Tanh", [builder.add("Div", [scores, cap])]), cap]);
  }
  for (const bias of biases) scores = builder.add("Add", [scores, bias]);
  const weights = builder.add("Softmax", [scores], { attributes: { axis: int(-1) } });
  const mixed = builder.add("MatMul", [weights, value]);

  const width = builder.add("Slice", [builder.add("Shape", [value]), builder.integers([3]), builder.integers([4])]);
  const grouped = builder.add("Reshape", [mixed, along([0, keyValueHeads, groups, -1], width)]);
  const byTime = builder.add("Transpose", [grouped], { attributes: { perm: ints([0, 3, 1, 2, 4]) } });
  return { output: builder.add("Reshape", [byTime, builder.integers([0, 0, -1])]), key, value };
}

/** Added to a score it leaves a probability of exactly 0. */
const hidden = -1e9;

/**
 * 0 where a query sees a key and −1e9 where not, [groups·time, time]: keys up to its own position, and with a window
 * only that many of them (its own included). Made once for all layers that want the same.
 */
export function causalBias({ builder, shared }: LoweringContext, query: string, groups: number, window: number | undefined): string {
  const key = `causal/${groups}/${window ?? "all"}`;
  const known = shared.get(key);
  if (known) return known;
  const time = builder.add("Gather", [builder.add("Shape", [query]), builder.integer(1)], { attributes: { axis: int(0) } });
  const positions = builder.add("Range", [builder.integer(0), time, builder.integer(1)]);
  const keys = builder.add("Unsqueeze", [positions, builder.integers([0])]);
  const queries = builder.add("Unsqueeze", [positions, builder.integers([1])]);
  let seen = builder.add("LessOrEqual", [keys, queries]);
  if (window !== undefined) {
    seen = builder.add("And", [seen, builder.add("Greater", [keys, builder.add("Sub", [queries, builder.integer(window)])])]);
  }
  const square = builder.add("Where", [seen, builder.scalar(0), builder.scalar(hidden)]);
  const bias = groups === 1 ? square : builder.add("Tile", [square, builder.integers([groups, 1])]);
  shared.set(key, bias);
  return bias;
}
