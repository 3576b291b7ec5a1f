import { giveOwnRule } from "../autodiff/own-rule.js";
import type { GradientRule } from "../autodiff/rule.js";
import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";

/**
 * Heads of rows go into the slots of attention and come back by gathering. Each gather is undone by the other one, so
 * their gradients are gathers too: the general rule would scatter, which onnxruntime does on one core.
 */

/** The tensors that lead there and back; see `Slots`. */
export interface SlotInputs {
  /** [key/value heads, lanes, slots] */
  readonly slots: string;
  /** [rows, heads] */
  readonly rows: string;
}

/** One of the two gathers: `indices` lead there, `undo` turns a gradient back. */
function gather(builder: GraphBuilder, data: string, indices: string, shape: readonly Dimension[], name: string, gradient: GradientRule): string {
  const gathered = builder.add("Gather", [data, indices], { attributes: { axis: int(0) }, shape, name });
  giveOwnRule(builder.graph.producerOf(gathered)!, gradient);
  return gathered;
}

const flatten = (builder: GraphBuilder, tensor: string, headSize: number): string => builder.add("Reshape", [tensor, builder.integers([-1, headSize])], { shape: [undefined, headSize] });

/** Queries [rows, heads·headSize] → [key/value heads, lanes, groups·time, headSize]. */
export function queriesToSlots(builder: GraphBuilder, flat: string, { slots, rows }: SlotInputs, headSize: number, shape: readonly Dimension[]): string {
  const heads = flatten(builder, flat, headSize);
  return gather(builder, heads, slots, shape, "query", (_, [g], { builder: backward }) => [flatten(backward, backward.add("Gather", [flatten(backward, g!, headSize), rows], { attributes: { axis: int(0) } }), headSize)]);
}

/** What attention gives, [key/value heads, lanes, groups·time, headSize] → [rows, heads·headSize]. Empty slots have no gradient. */
export function slotsToRows(builder: GraphBuilder, mixed: string, { slots, rows }: SlotInputs, filled: string, headSize: number, shape: readonly Dimension[]): string {
  const [count, width] = shape;
  const heads = gather(builder, flatten(builder, mixed, headSize), rows, [count, typeof width === "number" ? width / headSize : undefined, headSize], "attended", (_, [g], { builder: backward, typeOf }) => {
    const spread = backward.add("Gather", [flatten(backward, g!, headSize), slots], { attributes: { axis: int(0) }, shape: typeOf(mixed)?.shape });
    return [flatten(backward, backward.add("Mul", [spread, filled], { shape: typeOf(mixed)?.shape }), headSize)];
  });
  return builder.add("Reshape", [heads, builder.integers([-1, width as number])], { shape });
}

/** How many rows a group of lanes shares, and how many groups there are, as vectors of one number. */
export interface SharedInputs {
  readonly length: string;
  readonly groups: string;
}

/**
 * Keys or values [rows, heads·headSize] → [key/value heads, lanes, own keys, headSize]. Shared rows stand in every
 * lane of their group: their gradient is the sum over those lanes.
 */
export function keysToSlots(builder: GraphBuilder, flat: string, { slots, rows }: SlotInputs, shared: SharedInputs | undefined, headSize: number, shape: readonly Dimension[], name: string): string {
  const heads = flatten(builder, flat, headSize);
  return gather(builder, heads, slots, shape, name, (_, [g], { builder: backward }) => {
    const own = flatten(backward, g!, headSize);
    const all = shared === undefined ? own : backward.add("Concat", [own, flatten(backward, sumOfShared(backward, g!, shared), headSize)], { attributes: { axis: int(0) } });
    return [flatten(backward, backward.add("Gather", [all, rows], { attributes: { axis: int(0) } }), headSize)];
  });
}

/** [key/value heads, lanes, own keys, headSize] → [key/value heads, groups, shared·headSize]; a group's lanes lie together. */
function sumOfShared(builder: GraphBuilder, gradient: string, { length, groups }: SharedInputs): string {
  const shared = builder.add("Slice", [gradient, builder.integers([0]), length, builder.integers([2])]);
  const lanes = builder.add("Shape", [shared], { attributes: { start: int(1), end: int(2) } });
  const lanesOfGroup = builder.add("Div", [lanes, groups]);
  const width = builder.add("Mul", [length, builder.add("Shape", [shared], { attributes: { start: int(3) } })]);
  const grouped = builder.add("Reshape", [shared, builder.add("Concat", [builder.integers([0]), groups, lanesOfGroup, width], { attributes: { axis: int(0) } })]);
  return builder.add("ReduceSum", [grouped, builder.integers([2])], { attributes: { keepdims: int(0) } });
}
