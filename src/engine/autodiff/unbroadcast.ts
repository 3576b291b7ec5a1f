import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import { sameDimension } from "../graph/tensor-type.js";

/**
 * Sums a gradient over the axes along which `target` was broadcast, so that it has the target's shape again.
 * Where the shapes are known the axes are fixed now; otherwise the graph compares the shapes when it runs.
 */
export function unbroadcast(builder: GraphBuilder, gradient: string, target: string): string {
  const from = builder.graph.typeOf(gradient)?.shape;
  const to = builder.graph.typeOf(target)?.shape;
  if (!from || !to) return unbroadcastAtRunTime(builder, gradient, target);
  const added = from.length - to.length;
  if (added < 0) return unbroadcastAtRunTime(builder, gradient, target);

  const axes: number[] = [];
  for (let axis = 0; axis < from.length; axis++) {
    const wanted = axis < added ? 1 : to[axis - added];
    if (axis >= added && sameDimension(from[axis], wanted)) continue;
    if (wanted !== 1) return unbroadcastAtRunTime(builder, gradient, target);
    if (axis < added || from[axis] !== 1) axes.push(axis);
  }
  if (axes.length === 0) return gradient;
  const leading = axes.filter((axis) => axis < added);
  const kept = axes.filter((axis) => axis >= added);
  let result = gradient;
  if (kept.length > 0) result = builder.add("ReduceSum", [result, builder.integers(kept)], { attributes: { keepdims: int(1) } });
  if (leading.length > 0) result = builder.add("ReduceSum", [result, builder.integers(leading)], { attributes: { keepdims: int(0) }, shape: to });
  return result;
}

/** The same by the shapes met when the graph runs; works for any rank, known or not. */
function unbroadcastAtRunTime(builder: GraphBuilder, gradient: string, target: string): string {
  const from = builder.add("Shape", [gradient]);
  const to = builder.add("Shape", [target]);
  // Left-pads the target's shape with ones to the gradient's rank.
  const missing = builder.add("Sub", [builder.add("Shape", [from]), builder.add("Shape", [to])]);
  const ones = builder.add("Expand", [builder.integer(1), missing]);
  const padded = builder.add("Concat", [ones, to], { attributes: { axis: int(0) } });
  const differs = builder.add("Not", [builder.add("Equal", [padded, from])]);
  const axes = builder.add("Squeeze", [builder.add("NonZero", [differs]), builder.integers([0])]);
  const summed = builder.add("ReduceSum", [gradient, axes], { attributes: { keepdims: int(1), noop_with_empty_axes: int(1) } });
  return builder.add("Reshape", [summed, to], { shape: builder.graph.typeOf(target)?.shape, attributes: { allowzero: int(1) } });
}
