import { int, ints, text } from "../../../../src/engine/graph/attribute.js";
import { absent, float, integers, type OperatorCase, runtimeIntegers, values } from "../operator-case.js";

const reductions = (range: { low?: number; high?: number } = {}): OperatorCase[] => [
  { note: "last axis kept", inputs: [float([2, 3, 2], range), integers([-1])], attributes: { keepdims: int(1) } },
  { note: "last axis dropped", inputs: [float([2, 3, 2], range), integers([-1])], attributes: { keepdims: int(0) } },
  { note: "two axes dropped, one from behind", inputs: [float([2, 3, 2], range), integers([-3, 2])], attributes: { keepdims: int(0) } },
  { note: "all axes", inputs: [float([2, 3], range)], attributes: { keepdims: int(0) } },
  { note: "all axes kept", inputs: [float([2, 3], range)] },
  { note: "axes known at run time", inputs: [float([2, 3], range), runtimeIntegers([1])], attributes: { keepdims: int(1) } },
  { note: "axes known at run time, dropped", inputs: [float([2, 3], range), runtimeIntegers([0])], attributes: { keepdims: int(0) } },
  { note: "empty axes, nothing done", inputs: [float([2, 3], range), integers([])], attributes: { noop_with_empty_axes: int(1) } },
  { note: "empty axes, all reduced", inputs: [float([2, 3], range), integers([])], attributes: { keepdims: int(0) } },
  { note: "size 1", inputs: [float([1, 3], range), integers([0])], attributes: { keepdims: int(0) } },
];

/** Reductions that pick: no two values nearer than the difference quotient reaches. */
const spreadOut: OperatorCase[] = [
  { note: "last axis kept", inputs: [values([2, 3], [1, -1, 0.2, 3, -0.7, 0.9]), integers([-1])] },
  { note: "first axis dropped", inputs: [values([2, 3], [1, -1, 0.2, 3, -0.7, 0.9]), integers([0])], attributes: { keepdims: int(0) } },
  { note: "all", inputs: [values([2, 3], [1, -1, 0.2, 3, -0.7, 0.9])], attributes: { keepdims: int(0) } },
  { note: "axes known at run time", inputs: [values([3, 2], [1, -1, 0.2, 3, -0.7, 0.9]), runtimeIntegers([1])] },
  { note: "nothing done", inputs: [values([3], [1, -1, 0.2]), integers([])], attributes: { noop_with_empty_axes: int(1) } },
];

/** For rules that need the rank when the backward graph is written. */
const ranked = ["sizes", "names", "rank"] as const;

export const shapeCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  Reshape: [
    { note: "fixed", inputs: [float([2, 6]), integers([3, 4])] },
    { note: "0 and −1", inputs: [float([2, 3, 4]), integers([0, -1])] },
    { note: "known at run time", inputs: [float([2, 3, 4]), runtimeIntegers([4, 6])] },
    { note: "to a scalar", inputs: [float([1, 1]), integers([])] },
  ],
  Squeeze: [
    { note: "one axis", inputs: [float([2, 1, 3]), integers([1])] },
    { note: "all", inputs: [float([1, 2, 1])] },
    { note: "known at run time", inputs: [float([1, 2, 1]), runtimeIntegers([-1])] },
  ],
  Unsqueeze: [
    { note: "in front", inputs: [float([2, 3]), integers([0])] },
    { note: "both ends", inputs: [float([3]), integers([0, -1])] },
    { note: "known at run time", inputs: [float([2, 3]), runtimeIntegers([1])] },
  ],
  Flatten: [
    { note: "by default", inputs: [float([2, 3, 2])] },
    { note: "axis 0", inputs: [float([2, 3])], attributes: { axis: int(0) } },
  ],
  Transpose: [
    { note: "reversed by default", inputs: [float([2, 3, 4])] },
    { note: "a cycle", inputs: [float([2, 3, 4])], attributes: { perm: ints([1, 2, 0]) } },
    { note: "attention heads", inputs: [float([1, 2, 3, 2])], attributes: { perm: ints([0, 2, 1, 3]) } },
  ],
  Concat: [
    { note: "first axis", inputs: [float([1, 3]), float([2, 3])], attributes: { axis: int(0) } },
    { note: "last axis, one constant", inputs: [float([2, 3]), float([2, 1], { constant: true }), float([2, 2])], attributes: { axis: int(-1) } },
    { note: "one input", inputs: [float([2, 3])], attributes: { axis: int(1) } },
  ],
  Split: [
    { note: "sizes", inputs: [float([2, 5]), integers([2, 3])], outputs: 2, attributes: { axis: int(1) } },
    { note: "even", inputs: [float([4, 2])], outputs: 2, attributes: { axis: int(0), num_outputs: int(2) } },
    { note: "uneven", inputs: [float([5, 2])], outputs: 2, attributes: { axis: int(0), num_outputs: int(2) } },
    { note: "one output does not reach the loss", inputs: [float([2, 6]), integers([1, 2, 3])], outputs: 3, used: [1], attributes: { axis: int(-1) } },
  ],
  Expand: [
    { note: "fixed", inputs: [float([3, 1]), integers([2, 3, 4])] },
    { note: "known at run time", inputs: [float([3, 1]), runtimeIntegers([3, 2])] },
    { note: "a smaller target", inputs: [float([3, 2]), integers([1])] },
    { note: "grouped keys and values", inputs: [float([1, 2, 1, 2, 2]), integers([1, 2, 3, 2, 2])] },
    { note: "a scalar", inputs: [float([]), integers([2, 2])] },
  ],
  Gather: [
    { note: "rows, with repetition and from behind", inputs: [float([4, 3]), runtimeIntegers([0, 3, 3, -1])] },
    { note: "a matrix of ids", inputs: [float([4, 2]), runtimeIntegers([0, 1, 1, 3], [2, 2])] },
    { note: "a single row", inputs: [float([4, 3]), integers([2], [])] },
    { note: "middle axis", inputs: [float([2, 3, 2]), runtimeIntegers([2, 0, 2])], attributes: { axis: int(1) }, declarations: ranked },
    { note: "last axis, scalar index", inputs: [float([2, 3]), integers([-1], [])], attributes: { axis: int(-1) }, declarations: ranked },
    { note: "middle axis, a matrix of indices", inputs: [float([2, 3, 2]), runtimeIntegers([2, 0, 2, 1], [2, 2])], attributes: { axis: int(-2) }, declarations: ranked },
    { note: "from a vector", inputs: [float([4]), runtimeIntegers([0, 2, 2])] },
  ],
  Slice: [
    { note: "halves of the last axis", inputs: [float([2, 6]), integers([3]), integers([6]), integers([1]), integers([1])] },
    { note: "to the end, axis and start from behind", inputs: [float([2, 6]), integers([-2]), integers([9223372036854775000]), integers([-1])] },
    { note: "no axes", inputs: [float([3, 4]), integers([1, 0]), integers([3, 2])] },
    { note: "two axes in another order", inputs: [float([3, 4, 2]), integers([1, 0]), integers([-1, 2]), integers([1, 0])] },
    { note: "start before the beginning", inputs: [float([4]), integers([-9]), integers([2])] },
    { note: "known at run time", inputs: [float([2, 5]), runtimeIntegers([-4]), runtimeIntegers([4]), integers([1])] },
    { note: "axes known at run time", inputs: [float([2, 5]), runtimeIntegers([1]), runtimeIntegers([4]), runtimeIntegers([1])] },
    { note: "no axes, known at run time", inputs: [float([3, 5]), runtimeIntegers([1, 2]), runtimeIntegers([3, 4])] },
    { note: "steps", inputs: [float([2, 7]), integers([1]), integers([7]), integers([1]), integers([3])] },
    { note: "backwards", inputs: [float([5]), integers([-1]), integers([-9]), integers([0]), integers([-2])] },
    { note: "steps known at run time", inputs: [float([2, 7]), integers([0]), integers([7]), integers([1]), runtimeIntegers([2])] },
    { note: "an older operator set", inputs: [float([2, 3, 6]), integers([2, 0]), integers([5, 2]), integers([-1, 1])], opset: 17 },
    { note: "the whole", inputs: [float([2, 3]), integers([0]), integers([3]), integers([1])] },
  ],
  Pad: [
    { note: "all axes", inputs: [float([2, 3]), integers([1, 0, 0, 2])] },
    { note: "with a value", inputs: [float([2, 3]), integers([1, 0, 0, 2]), values([], [7], true)] },
    { note: "some axes", inputs: [float([2, 3]), integers([1, 2]), absent, integers([-1])] },
    { note: "cut away", inputs: [float([2, 4]), integers([1, -1, 0, -2])] },
    { note: "known at run time", inputs: [float([2, 3]), runtimeIntegers([0, 1, 1, 0])] },
  ],
  Tile: [
    { note: "constant", inputs: [float([2, 3]), integers([2, 3])] },
    { note: "known at run time", inputs: [float([1, 3]), runtimeIntegers([3, 1])] },
    { note: "once", inputs: [float([2, 2]), integers([1, 1])] },
    { note: "rank 3", inputs: [float([2, 1, 3]), integers([1, 2, 2])] },
    { note: "a vector", inputs: [float([3]), integers([4])] },
  ],
  CumSum: [
    { note: "last axis", inputs: [float([2, 4]), integers([-1], [])] },
    { note: "exclusive and from the end", inputs: [float([3, 2]), integers([0], [])], attributes: { exclusive: int(1), reverse: int(1) } },
    { note: "exclusive", inputs: [float([4]), runtimeIntegers([0], [])], attributes: { exclusive: int(1) } },
  ],
  GatherND: [
    { note: "elements, one twice", inputs: [float([2, 3]), runtimeIntegers([0, 1, 1, 2, 0, 1], [3, 2])] },
    { note: "rows", inputs: [float([3, 2]), runtimeIntegers([2, 0, 2, 1], [2, 2, 1])] },
  ],
  ScatterND: [
    { note: "rows replaced", inputs: [float([4, 2]), runtimeIntegers([3, 1], [2, 1]), float([2, 2])] },
    { note: "added, one twice", inputs: [float([4, 2]), runtimeIntegers([1, 1], [2, 1]), float([2, 2])], attributes: { reduction: text("add") } },
    { note: "into a constant", inputs: [float([3, 2], { constant: true }), runtimeIntegers([0, 1], [1, 2]), float([1])] },
  ],
  ScatterElements: [
    { note: "replaced", inputs: [float([2, 3]), runtimeIntegers([2, 0, 1, 2], [2, 2]), float([2, 2])], attributes: { axis: int(1) } },
    { note: "added, one twice", inputs: [float([3]), runtimeIntegers([1, 1]), float([2])], attributes: { reduction: text("add") } },
  ],
  GatherElements: [
    { note: "last axis", inputs: [float([2, 4]), runtimeIntegers([0, 3, 3, 1, 1, -1], [2, 3])], attributes: { axis: int(-1) } },
    { note: "first axis", inputs: [float([3, 2]), runtimeIntegers([2, 2], [1, 2])] },
  ],
  ReduceSum: reductions(),
  ReduceMean: [
    ...reductions(),
    { note: "axes as an attribute", inputs: [float([2, 3, 2])], attributes: { axes: ints([1]), keepdims: int(0) }, opset: 17 },
    { note: "all axes, absent", inputs: [float([2, 3]), absent], attributes: { keepdims: int(0) } },
  ],
  ReduceSumSquare: reductions(),
  ReduceL2: reductions(),
  ReduceMax: [...spreadOut, { note: "axes as an attribute", inputs: [values([2, 3], [1, -1, 0.2, 3, -0.7, 0.9])], attributes: { axes: ints([0]), keepdims: int(0) }, opset: 17 }],
  ReduceMin: spreadOut,
};
