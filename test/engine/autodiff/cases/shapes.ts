import { int, ints } from "../../../../src/engine/graph/attribute.js";
import { absent, float, integers, type OperatorCase, runtimeIntegers } from "../operator-case.js";

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
};
