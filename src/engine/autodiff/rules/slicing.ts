import { int, intAttribute, stringAttribute } from "../../graph/attribute.js";
import type { GraphNode } from "../../graph/graph.js";
import { elementTypes } from "../../graph/tensor-type.js";
import { refuseGradient } from "../refuse.js";
import type { GradientRule, RuleContext } from "../rule.js";
import { zerosLike } from "./shape.js";

/**
 * A slice with steps of 1 is undone by padding with zeros: before the slice as many as its (clamped) start, after it
 * what is missing to the size. Other steps scatter by position.
 */
export const slice: GradientRule = (node, [g], context) => {
  const { builder, graph } = context;
  const [data, starts, , axes, steps] = node.inputs;
  const stepValues = steps ? graph.constantIntegers(steps) : [1];
  const type = context.typeOf(data);
  if (!stepValues || stepValues.some((step) => step !== 1)) return [scatterByPosition(node, g!, context)];

  const startValues = graph.constantIntegers(starts);
  const axisValues = axes ? graph.constantIntegers(axes) : startValues?.map((_, i) => i);
  const sizes = axisValues?.map((axis) => type?.shape?.at(axis));
  const kept = axisValues?.map((axis) => context.typeOf(node.outputs[0])?.shape?.at(axis));
  let before: string;
  let after: string;
  if (startValues && sizes?.every((size) => typeof size === "number") && kept?.every((size) => typeof size === "number")) {
    const clamped = startValues.map((start, i) => Math.min(Math.max(start < 0 ? start + sizes[i] : start, 0), sizes[i]));
    before = builder.integers(clamped);
    after = builder.integers(sizes.map((size, i) => size - clamped[i] - kept[i]));
  } else {
    const long = (tensor: string): string =>
      context.typeOf(tensor)?.elementType === "int64" ? tensor : builder.add("Cast", [tensor], { attributes: { to: int(elementTypes.int64) } });
    const along = (tensor: string): string => {
      const shape = builder.add("Shape", [tensor]);
      if (axes) return builder.add("Gather", [shape, axes]);
      return builder.add("Slice", [shape, builder.integers([0]), builder.add("Shape", [starts])]);
    };
    const size = along(data);
    const start = long(starts);
    const positive = builder.add("Where", [builder.add("Less", [start, builder.integer(0)]), builder.add("Add", [start, size]), start]);
    before = builder.add("Min", [builder.add("Max", [positive, builder.integer(0)]), size]);
    after = builder.add("Sub", [builder.add("Sub", [size, before]), along(g!)]);
  }
  return [padAlong(node, g!, before, after, axes, axisValues, context)];
};

/**
 * Zeros before and after along some axes. Where the rank is known they are written for every axis: onnxruntime 1.30 moves
 * a Transpose through a Pad with axes and reads beyond their end. Pad takes axes since opset 18.
 */
function padAlong(node: GraphNode, g: string, before: string, after: string, axes: string | undefined, axisValues: readonly number[] | undefined, context: RuleContext): string {
  const { builder, graph } = context;
  const shape = context.typeOf(node.inputs[0])?.shape;
  if (axisValues && shape) {
    const one = (vector: string, axis: number): string => {
      const index = axisValues.findIndex((value) => (value + shape.length) % shape.length === axis);
      return index < 0 ? builder.integers([0]) : builder.add("Gather", [vector, builder.integers([index])]);
    };
    const pads = [before, after].flatMap((vector) => shape.map((_, axis) => one(vector, axis)));
    return builder.add("Pad", [g, builder.add("Concat", pads, { attributes: { axis: int(0) } }), builder.scalar(0)], { shape });
  }
  if ((graph.opsets.get("") ?? 0) < 18) return scatterByPosition(node, g, context);
  const pads = builder.add("Concat", [before, after], { attributes: { axis: int(0) } });
  const along = axes ?? (axisValues ? builder.integers(axisValues) : builder.add("Range", [builder.integer(0), builder.add("Size", [before]), builder.integer(1)]));
  return builder.add("Pad", [g, pads, builder.scalar(0), along], { shape });
}

/** For any slice: slices a tensor of positions alike and scatters the gradient to them. */
function scatterByPosition(node: GraphNode, g: string, { builder, typeOf }: RuleContext): string {
  const [data, ...rest] = node.inputs;
  const shape = builder.add("Shape", [data]);
  const size = builder.add("Size", [data]);
  const positions = builder.add("Reshape", [builder.add("Range", [builder.integer(0), size, builder.integer(1)]), shape]);
  const kept = builder.add("Reshape", [builder.add("Slice", [positions, ...rest]), builder.integers([-1])]);
  const zeros = builder.add("Expand", [builder.scalar(0), builder.add("Reshape", [size, builder.integers([1])])]);
  const flat = builder.add("ScatterElements", [zeros, kept, builder.add("Reshape", [g, builder.integers([-1])])], { attributes: { axis: int(0) } });
  return builder.add("Reshape", [flat, shape], { shape: typeOf(data)?.shape });
}

/** The adjoint of padding by p is padding by −p. */
export const pad: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [data, pads, , axes] = node.inputs;
  if (stringAttribute(node.attributes, "mode", "constant") !== "constant") throw refuseGradient(node, "Only padding with a constant is supported.");
  if (context.wants(2)) throw refuseGradient(node, "The value it pads with depends on the soft prompt.");
  const inputs = [g!, builder.add("Neg", [pads]), builder.scalar(0), ...(axes ? [axes] : [])];
  return [builder.add("Pad", inputs, { shape: context.typeOf(data)?.shape })];
};

/** Adds up the repetitions: the gradient is viewed as [r₀, d₀, r₁, d₁, …] and summed over the rᵢ. */
export const tile: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [data, repeats] = node.inputs;
  const shape = builder.add("Shape", [data]);
  const column = (vector: string): string => builder.add("Unsqueeze", [vector, builder.integers([1])]);
  const pairs = builder.add("Concat", [column(repeats), column(shape)], { attributes: { axis: int(1) } });
  const viewed = builder.add("Reshape", [g!, builder.add("Reshape", [pairs, builder.integers([-1])])]);
  const rank = builder.add("Size", [shape]);
  const axes = builder.add("Range", [builder.integer(0), builder.add("Mul", [rank, builder.integer(2)]), builder.integer(2)]);
  const summed = builder.add("ReduceSum", [viewed, axes], { attributes: { keepdims: int(0), noop_with_empty_axes: int(1) } });
  return [builder.add("Reshape", [summed, shape], { shape: context.typeOf(data)?.shape })];
};

/** A running sum's transpose is the running sum from the other end. */
export const cumSum: GradientRule = (node, [g], { builder }) => {
  const reverse = intAttribute(node.attributes, "reverse", 0) === 1 ? 0 : 1;
  return [builder.add("CumSum", [g!, node.inputs[1]], { attributes: { ...node.attributes, reverse: int(reverse) } })];
};

const adding = { reduction: { kind: "string", value: "add" } } as const;

export const gatherND: GradientRule = (node, [g], context) => {
  if (intAttribute(node.attributes, "batch_dims", 0) !== 0) throw refuseGradient(node, "It has batch dimensions.");
  return [context.builder.add("ScatterND", [zerosLike(context, node.inputs[0]), node.inputs[1], g!], { attributes: adding })];
};

/** y[i along axis ← indices[i]]: gradients are added back where they came from. */
export const gatherElements: GradientRule = (node, [g], context) => {
  const [data, indices] = node.inputs;
  const axis = int(intAttribute(node.attributes, "axis", 0));
  return [context.builder.add("ScatterElements", [zerosLike(context, data), indices, g!], { attributes: { axis, ...adding } })];
};

/** Written positions take their gradient from what was written (or also from it, where it was added). */
export const scatterND: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [, indices, updates] = node.inputs;
  const added = addsUp(node);
  return [
    context.wants(0) ? (added ? g : builder.add("ScatterND", [g!, indices, zerosLike(context, updates)])) : undefined,
    undefined,
    context.wants(2) ? builder.add("GatherND", [g!, indices], { shape: context.typeOf(updates)?.shape }) : undefined,
  ];
};

export const scatterElements: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [, indices, updates] = node.inputs;
  const attributes = { axis: int(intAttribute(node.attributes, "axis", 0)) };
  const added = addsUp(node);
  return [
    context.wants(0) ? (added ? g : builder.add("ScatterElements", [g!, indices, zerosLike(context, updates)], { attributes })) : undefined,
    undefined,
    context.wants(2) ? builder.add("GatherElements", [g!, indices], { attributes }) : undefined,
  ];
};

function addsUp(node: GraphNode): boolean {
  const reduction = stringAttribute(node.attributes, "reduction", "none");
  if (reduction !== "none" && reduction !== "add") throw refuseGradient(node, `It combines values by "${reduction}".`);
  return reduction === "add";
}
