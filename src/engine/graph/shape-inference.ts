import { intAttribute, intsAttribute, stringAttribute } from "./attribute.js";
import { einsumSize, readEinsum } from "./einsum.js";
import type { Graph, GraphNode } from "./graph.js";
import type { Inference } from "./inference.js";
import { quantisedInferences } from "./quantised-inference.js";
import { type Dimension, type ElementType, elementTypeFromCode, type TensorType } from "./tensor-type.js";

type Shape = readonly Dimension[];

/**
 * What can be said of a node's outputs from its inputs. Not knowing is always allowed: the autodiff then decides
 * at run time. A dimension that is named stays named only where it is certain to be the same.
 */
export function inferOutputTypes(graph: Graph, node: GraphNode): readonly (TensorType | undefined)[] {
  const rule = inferences[node.operator];
  if (!rule) return [];
  return rule(node, node.inputs.map((name) => (name ? graph.typeOf(name) : undefined)), graph);
}

/** Shape of the result of broadcasting (ONNX "multidirectional broadcasting"). */
export function broadcastShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b) return undefined;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = i < rank - a.length ? 1 : a[i - (rank - a.length)];
    const right = i < rank - b.length ? 1 : b[i - (rank - b.length)];
    if (left === right) return left;
    if (left === 1) return right;
    if (right === 1) return left;
    // A number above 1 wins over a name: the named size must be 1 or the same.
    if (typeof left === "number") return left;
    if (typeof right === "number") return right;
    return undefined;
  });
}

function product(shape: Shape): number | undefined {
  return shape.reduce<number | undefined>((total, size) => (total === undefined || typeof size !== "number" ? undefined : total * size), 1);
}

const sameAsFirst: Inference = (_node, [first]) => [first && { elementType: first.elementType, shape: first.shape }];

const broadcasting: Inference = (_node, inputs) => [
  {
    elementType: inputs.find((input) => input?.elementType)?.elementType,
    shape: inputs.slice(1).reduce<Shape | undefined>((shape, next) => broadcastShapes(shape, next?.shape), inputs[0]?.shape),
  },
];

/** Only the element type is known. */
const elementOnly =
  (elementType: ElementType): Inference =>
  (node) =>
    node.outputs.map(() => ({ elementType }));

/** The rank stays, a size may change. */
const sameRank: Inference = (_node, [data]) => [{ elementType: data?.elementType, shape: data?.shape?.map(() => undefined) }];

const comparison: Inference = (_node, [a, b]) => [{ elementType: "bool", shape: broadcastShapes(a?.shape, b?.shape) }];

function matrixProduct(a: TensorType | undefined, b: TensorType | undefined, transposeA: boolean, transposeB: boolean): TensorType {
  const left = a?.shape;
  const right = b?.shape;
  if (!left || !right || left.length < 2 || right.length < 2) return { elementType: a?.elementType };
  const rows = transposeA ? left[left.length - 1] : left[left.length - 2];
  const columns = transposeB ? right[right.length - 2] : right[right.length - 1];
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2)) ?? [];
  return { elementType: a?.elementType, shape: [...batch, rows, columns] };
}

const reshape: Inference = (node, [data], graph) => {
  const elementType = data?.elementType;
  const target = graph.constantIntegers(node.inputs[1]);
  if (!target) {
    const length = graph.typeOf(node.inputs[1])?.shape?.[0];
    return [{ elementType, shape: typeof length === "number" ? new Array<Dimension>(length).fill(undefined) : undefined }];
  }
  const allowZero = intAttribute(node.attributes, "allowzero", 0) === 1;
  const shape: Dimension[] = target.map((size, i) => (size === 0 && !allowZero ? data?.shape?.[i] : size));
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const total = data?.shape && product(data.shape);
    const rest = product(shape.filter((_, i) => i !== free));
    shape[free] = total !== undefined && rest ? total / rest : undefined;
  }
  return [{ elementType, shape }];
};

const transpose: Inference = (node, [data]) => {
  const shape = data?.shape;
  const order = intsAttribute(node.attributes, "perm") ?? shape?.map((_, i) => shape.length - 1 - i);
  return [{ elementType: data?.elementType, shape: shape && order?.map((axis) => shape[axis]) }];
};

const concat: Inference = (node, inputs) => {
  const first = inputs[0]?.shape;
  const elementType = inputs[0]?.elementType;
  if (!first || inputs.some((input) => input?.shape?.length !== first.length)) return [{ elementType }];
  const axis = (intAttribute(node.attributes, "axis", 0) + first.length) % first.length;
  const sizes = inputs.map((input) => input?.shape?.[axis]);
  const total = sizes.every((size) => typeof size === "number") ? (sizes as number[]).reduce((sum, size) => sum + size, 0) : undefined;
  return [{ elementType, shape: first.map((size, i) => (i === axis ? total : size)) }];
};

const split: Inference = (node, [data], graph) => {
  const shape = data?.shape;
  if (!shape) return node.outputs.map(() => ({ elementType: data?.elementType }));
  const axis = (intAttribute(node.attributes, "axis", 0) + shape.length) % shape.length;
  const whole = shape[axis];
  const even = typeof whole === "number" ? Math.ceil(whole / node.outputs.length) : undefined;
  const sizes = node.inputs[1] ? graph.constantIntegers(node.inputs[1]) : intsAttribute(node.attributes, "split");
  return node.outputs.map((_, index) => {
    const last = even !== undefined && index === node.outputs.length - 1 ? (whole as number) - even * index : even;
    const size = node.inputs[1] || sizes ? sizes?.[index] : last;
    return { elementType: data?.elementType, shape: shape.map((old, i) => (i === axis ? size : old)) };
  });
};

const gather: Inference = (node, [data, indices]) => {
  const shape = data?.shape;
  if (!shape || !indices?.shape) return [{ elementType: data?.elementType }];
  const axis = (intAttribute(node.attributes, "axis", 0) + shape.length) % shape.length;
  return [{ elementType: data?.elementType, shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)] }];
};

/** Axes of a reduction or of (un)squeezing: an attribute before opset 13 (18 for most reductions), an input since. */
export function axesOf(node: GraphNode, graph: Graph): readonly number[] | "all" | undefined {
  const attribute = intsAttribute(node.attributes, "axes");
  if (attribute) return attribute;
  if (!node.inputs[1]) return intAttribute(node.attributes, "noop_with_empty_axes", 0) === 1 ? [] : "all";
  return graph.constantIntegers(node.inputs[1]);
}

const reduction: Inference = (node, [data], graph) => {
  const shape = data?.shape;
  const axes = axesOf(node, graph);
  const keep = intAttribute(node.attributes, "keepdims", 1) === 1;
  if (!shape || !axes) return [{ elementType: data?.elementType }];
  const reduced = axes === "all" ? shape.map((_, i) => i) : axes.map((axis) => (axis + shape.length) % shape.length);
  const result = keep ? shape.map((size, i) => (reduced.includes(i) ? 1 : size)) : shape.filter((_, i) => !reduced.includes(i));
  return [{ elementType: data?.elementType, shape: result }];
};

const unsqueeze: Inference = (node, [data], graph) => {
  const axes = axesOf(node, graph);
  const shape = data?.shape;
  if (!shape || !axes || axes === "all") return [{ elementType: data?.elementType }];
  const rank = shape.length + axes.length;
  const inserted = axes.map((axis) => (axis + rank) % rank);
  const rest = [...shape];
  return [{ elementType: data?.elementType, shape: Array.from({ length: rank }, (_, i) => (inserted.includes(i) ? 1 : rest.shift())) }];
};

const squeeze: Inference = (node, [data], graph) => {
  const axes = axesOf(node, graph);
  const shape = data?.shape;
  if (!shape || !axes || (axes === "all" && shape.some((size) => typeof size !== "number"))) return [{ elementType: data?.elementType }];
  const removed = axes === "all" ? shape.map((size, i) => (size === 1 ? i : -1)) : axes.map((axis) => (axis + shape.length) % shape.length);
  return [{ elementType: data?.elementType, shape: shape.filter((_, i) => !removed.includes(i)) }];
};

const expand: Inference = (node, [data], graph) => {
  const target = graph.constantIntegers(node.inputs[1]);
  return [{ elementType: data?.elementType, shape: target ? broadcastShapes(data?.shape, target) : undefined }];
};

const where: Inference = (_node, [condition, a, b]) => [
  { elementType: a?.elementType ?? b?.elementType, shape: broadcastShapes(broadcastShapes(condition?.shape, a?.shape), b?.shape) },
];

const cast: Inference = (node, [data]) => [
  { elementType: elementTypeFromCode(intAttribute(node.attributes, "to", 0)), shape: data?.shape },
];

const shapeOperator: Inference = (node, [data]) => {
  const rank = data?.shape?.length;
  if (rank === undefined) return [{ elementType: "int64" }];
  const clamp = (index: number): number => Math.min(Math.max(index < 0 ? index + rank : index, 0), rank);
  const start = clamp(intAttribute(node.attributes, "start", 0));
  const end = clamp(intAttribute(node.attributes, "end", rank));
  return [{ elementType: "int64", shape: [Math.max(end - start, 0)] }];
};

const slice: Inference = (node, [data], graph) => {
  const shape = data?.shape;
  const elementType = data?.elementType;
  const starts = graph.constantIntegers(node.inputs[1]);
  const ends = graph.constantIntegers(node.inputs[2]);
  const axes = node.inputs[3] ? graph.constantIntegers(node.inputs[3]) : starts?.map((_, i) => i);
  const steps = node.inputs[4] ? graph.constantIntegers(node.inputs[4]) : starts?.map(() => 1);
  if (!shape || !axes) return [{ elementType, shape: shape?.map(() => undefined) }];
  const result: Dimension[] = [...shape];
  axes.forEach((axis, i) => {
    const at = (axis + shape.length) % shape.length;
    const size = shape[at];
    if (typeof size !== "number" || steps?.[i] !== 1 || !starts || !ends) {
      result[at] = undefined;
      return;
    }
    const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
    result[at] = Math.max(clamp(ends[i]) - clamp(starts[i]), 0);
  });
  return [{ elementType, shape: result }];
};

const einsum: Inference = (node, inputs) => {
  const shapes = inputs.map((input) => input?.shape);
  const equation = readEinsum(stringAttribute(node.attributes, "equation", ""), shapes);
  return [{ elementType: inputs[0]?.elementType, shape: equation && [...equation.result].map((letter) => einsumSize(equation, letter, shapes)) }];
};

const flatten: Inference = (_node, [data]) => [{ elementType: data?.elementType, shape: [undefined, undefined] }];

const range: Inference = (_node, inputs) => [{ elementType: inputs.find((input) => input?.elementType)?.elementType, shape: [undefined] }];

/** onnxruntime's normalisation of a sum: the sum itself is the fourth output. */
const skipNormalization: Inference = (node, inputs, graph) => {
  const [first, ...statistics] = normalization(node, inputs, graph);
  return [first, ...statistics.map((type, i) => (i === 2 ? first : type))];
};

/** A normalisation's further outputs (mean, inverse standard deviation) have size 1 along the normalised axes. */
const normalization: Inference = (node, [data]) => {
  const shape = data?.shape;
  const axis = shape && (intAttribute(node.attributes, "axis", -1) + shape.length) % shape.length;
  const statistics: TensorType = { elementType: "float32", shape: shape?.map((size, i) => (i >= axis! ? 1 : size)) };
  return node.outputs.map((_, i) => (i === 0 ? { elementType: data?.elementType, shape } : statistics));
};

const inferences: Readonly<Record<string, Inference>> = {
  ...quantisedInferences,
  ...Object.fromEntries(
    ["Identity", "Neg", "Abs", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Tanh", "Erf", "Relu", "LeakyRelu", "Elu", "Softplus", "Gelu", "FastGelu", "QuickGelu", "Sin", "Cos", "Softmax", "LogSoftmax", "Clip", "HardSigmoid", "HardSwish", "Trilu", "CumSum", "RotaryEmbedding", "Ceil", "Floor", "Round", "Sign", "ScatterND", "ScatterElements", "Mish", "Swish", "Selu", "ThresholdedRelu", "Dropout", "RMSNormalization", "LpNormalization", "BitShift"].map((name) => [name, sameAsFirst]),
  ),
  ...Object.fromEntries(["Add", "Sub", "Mul", "Div", "Pow", "Mod", "PRelu", "BiasGelu", "And", "Or", "Xor", "Sum", "Min", "Max", "Mean", "BitwiseAnd"].map((name) => [name, broadcasting])),
  ...Object.fromEntries(["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"].map((name) => [name, comparison])),
  ...Object.fromEntries(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2", "ReduceSumSquare"].map((name) => [name, reduction])),
  ...Object.fromEntries(["NonZero", "ArgMax", "ArgMin"].map((name) => [name, elementOnly("int64")])),
  ...Object.fromEntries(["Pad", "Tile"].map((name) => [name, sameRank])),
  Size: () => [{ elementType: "int64", shape: [] }],
  IsNaN: (_node, [data]) => [{ elementType: "bool", shape: data?.shape }],
  IsInf: (_node, [data]) => [{ elementType: "bool", shape: data?.shape }],
  Slice: slice,
  Flatten: flatten,
  Range: range,
  CastLike: (_node, [data, like]) => [{ elementType: like?.elementType, shape: data?.shape }],
  GatherND: (_node, [data]) => [{ elementType: data?.elementType }],
  Einsum: einsum,
  TopK: (_node, [data]) => [{ elementType: data?.elementType }, { elementType: "int64" }],
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
  Not: (_node, [data]) => [{ elementType: "bool", shape: data?.shape }],
  MatMul: (_node, [a, b]) => [matrixProduct(a, b, false, false)],
  FusedMatMul: (node, [a, b]) => [
    matrixProduct(a, b, intAttribute(node.attributes, "transA", 0) === 1, intAttribute(node.attributes, "transB", 0) === 1),
  ],
  Gemm: (node, [a, b]) => [
    matrixProduct(a, b, intAttribute(node.attributes, "transA", 0) === 1, intAttribute(node.attributes, "transB", 0) === 1),
  ],
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Gather: gather,
  GatherElements: (_node, [data, indices]) => [{ elementType: data?.elementType, shape: indices?.shape }],
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Expand: expand,
  Where: where,
  Cast: cast,
  Shape: shapeOperator,
  LayerNormalization: normalization,
  SimplifiedLayerNormalization: normalization,
  ConstantOfShape: (node, _inputs, graph) => {
    const value = node.attributes.value;
    const elementType: ElementType = value?.kind === "tensor" ? value.value.elementType : "float32";
    return [{ elementType, shape: graph.constantIntegers(node.inputs[0]) }];
  },
  Constant: (node) => {
    const { value } = node.attributes;
    if (value?.kind === "tensor") return [{ elementType: value.value.elementType, shape: value.value.shape }];
    if (node.attributes.value_float) return [{ elementType: "float32", shape: [] }];
    if (node.attributes.value_int) return [{ elementType: "int64", shape: [] }];
    return [undefined];
  },
};

/** Fills what is missing of the types of a node's outputs. What the model says itself is kept, where it is complete. */
export function inferNodeTypes(graph: Graph, node: GraphNode): void {
  inferOutputTypes(graph, node).forEach((type, i) => {
    const name = node.outputs[i];
    const known = graph.types.get(name);
    if (!name || !type) return;
    const shape = known?.shape && known.shape.every((size) => size !== undefined) ? known.shape : (type.shape ?? known?.shape);
    graph.types.set(name, { elementType: known?.elementType ?? type.elementType, shape });
  });
}

/** The same for a whole graph, in the order of its nodes. */
export function inferGraphTypes(graph: Graph): void {
  for (const node of graph.nodes) inferNodeTypes(graph, node);
}
