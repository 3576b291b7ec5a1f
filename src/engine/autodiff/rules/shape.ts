import { int, intAttribute, ints, intsAttribute } from "../../graph/attribute.js";
import type { GradientRule, RuleContext } from "../rule.js";
import { refuseGradient } from "../refuse.js";

const shapeAdvice = "Export the model with shape information (torch.onnx does).";

/** Brings a gradient back to the shape a tensor had: for every operator that only rearranges. */
function reshapeLike(context: RuleContext, gradient: string, tensor: string): string {
  const shape = context.typeOf(tensor)?.shape;
  const free = shape?.filter((size) => typeof size !== "number").length;
  const fixed = shape && free !== undefined && free <= 1 && shape.every((size) => size !== 0);
  const target = fixed
    ? context.builder.integers(shape.map((size) => (typeof size === "number" ? size : -1)))
    : context.builder.add("Shape", [tensor]);
  return context.builder.add("Reshape", [gradient, target], { shape });
}

/** Reshape, Squeeze, Unsqueeze, Flatten. */
export const rearrange: GradientRule = (node, [g], context) => [reshapeLike(context, g!, node.inputs[0])];

export const transpose: GradientRule = (node, [g], { builder }) => {
  const order = intsAttribute(node.attributes, "perm");
  if (!order) return [builder.add("Transpose", [g!])];
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return [builder.add("Transpose", [g!], { attributes: { perm: ints(inverse) } })];
};

export const concat: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const axis = intAttribute(node.attributes, "axis", 0);
  const sizes = node.inputs.map((input) => {
    const shape = context.typeOf(input)?.shape;
    const size = shape?.at(axis);
    return typeof size === "number" ? size : undefined;
  });
  const lengths = sizes.every((size) => size !== undefined)
    ? builder.integers(sizes as number[])
    : builder.add(
        "Concat",
        node.inputs.map((input) => builder.add("Gather", [builder.add("Shape", [input]), builder.integers([axis])])),
        { attributes: { axis: int(0) } },
      );
  const parts = builder.addMany("Split", [g!, lengths], node.inputs.length, { attributes: { axis: int(axis) } });
  const named = node.inputs.length === 1 ? [parts[0]] : parts;
  named.forEach((part, i) => {
    const type = context.typeOf(node.inputs[i]);
    if (type) context.graph.types.set(part, { elementType: type.elementType, shape: type.shape });
  });
  return named.map((part, i) => (context.wants(i) ? part : undefined));
};

export const split: GradientRule = (node, gradients, context) => {
  const { builder } = context;
  const axis = intAttribute(node.attributes, "axis", 0);
  const parts = node.outputs.map((output, i) => gradients[i] ?? zerosLike(context, output));
  return [builder.add("Concat", parts, { attributes: { axis: int(axis) }, shape: context.typeOf(node.inputs[0])?.shape })];
};

/** Zeros of a tensor's shape. */
export function zerosLike(context: RuleContext, tensor: string): string {
  return context.builder.add("Expand", [context.builder.scalar(0), context.builder.add("Shape", [tensor])], {
    shape: context.typeOf(tensor)?.shape,
  });
}

export const expand: GradientRule = (node, [g], context) => [context.unbroadcast(g!, node.inputs[0])];

/** Slices of the gradient are added to the slices of the data they came from. */
export const gather: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [data, indices] = node.inputs;
  const shape = context.typeOf(data)?.shape;
  const axis = intAttribute(node.attributes, "axis", 0);
  if (!shape && axis !== 0) {
    throw refuseGradient(node, `It gathers along axis ${axis} of a tensor whose rank is not known.`, shapeAdvice);
  }
  const normalized = shape ? (axis + shape.length) % shape.length : 0;
  // Moves the gathered axis to the front, so that one form serves every axis.
  const indexShape = context.typeOf(indices)?.shape;
  if (normalized !== 0 && indexShape === undefined) {
    throw refuseGradient(node, `It gathers along axis ${axis} by indices whose rank is not known.`, shapeAdvice);
  }
  const indexRank = indexShape?.length ?? 0;
  let rows = g!;
  if (normalized !== 0) {
    const rank = shape!.length - 1 + indexRank;
    const gatheredAxes = Array.from({ length: indexRank }, (_, i) => normalized + i);
    const others = Array.from({ length: rank }, (_, i) => i).filter((i) => !gatheredAxes.includes(i));
    rows = builder.add("Transpose", [rows], { attributes: { perm: ints([...gatheredAxes, ...others]) } });
  }
  const flatIndices = builder.add("Reshape", [indices, builder.integers([-1])]);
  const dataShape = builder.add("Shape", [data]);
  const height = builder.add("Gather", [dataShape, builder.integer(normalized)]);
  const count = builder.add("Shape", [flatIndices]);
  const flatRows = builder.add("Reshape", [rows, builder.add("Concat", [count, builder.integers([-1])], { attributes: { axis: int(0) } })]);
  const positive = builder.add("Where", [builder.add("Less", [flatIndices, builder.integer(0)]), builder.add("Add", [flatIndices, height]), flatIndices]);
  const width = builder.add("Gather", [builder.add("Shape", [flatRows]), builder.integers([1])]);
  const zeros = builder.add("Expand", [
    builder.scalar(0),
    builder.add("Concat", [builder.add("Reshape", [height, builder.integers([1])]), width], { attributes: { axis: int(0) } }),
  ]);
  const scattered = builder.add("ScatterND", [zeros, builder.add("Unsqueeze", [positive, builder.integers([1])]), flatRows], {
    attributes: { reduction: { kind: "string", value: "add" } },
  });
  if (normalized === 0) return [builder.add("Reshape", [scattered, dataShape], { shape })];
  const order = [normalized, ...shape!.map((_, i) => i).filter((i) => i !== normalized)];
  const moved = builder.add("Gather", [dataShape, builder.integers(order)]);
  const front = builder.add("Reshape", [scattered, moved]);
  return [builder.add("Transpose", [front], { attributes: { perm: ints(order.map((_, i) => order.indexOf(i))) }, shape })];
};
