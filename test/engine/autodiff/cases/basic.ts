import { int } from "../../../../src/engine/graph/attribute.js";
import { float as f } from "../../../../src/engine/graph/attribute.js";
import { booleans, float, type OperatorCase, same, values } from "../operator-case.js";

/** Broadcasting as exporters use it: same shape, 1-dims, missing leading dims, scalars, one tensor twice. */
function broadcasting(second: { low?: number; high?: number; away?: number[] } = {}): OperatorCase[] {
  return [
    { note: "same shape", inputs: [float([2, 3]), float([2, 3], second)] },
    { note: "missing leading dimensions", inputs: [float([2, 3, 4]), float([4], second)] },
    { note: "missing leading dimensions on the left", inputs: [float([3]), float([2, 1, 3], second)] },
    { note: "sizes of one on both sides", inputs: [float([2, 1, 3]), float([1, 4, 1], second)] },
    { note: "a scalar", inputs: [float([2, 3]), float([], second)] },
    { note: "a scalar on the left", inputs: [float([]), float([3, 1], second)] },
    { note: "two scalars", inputs: [float([]), float([], second)] },
    { note: "a single element of rank 3", inputs: [float([1, 1, 1]), float([2], second)] },
    { note: "a tensor of size 1 that stays", inputs: [float([1, 3]), float([1, 3], second)] },
    { note: "only the left one is wanted", inputs: [float([2, 3]), float([3], { ...second, constant: true })] },
    { note: "only the right one is wanted", inputs: [float([2, 3], { constant: true }), float([3], second)] },
  ];
}

function unary(options: { low?: number; high?: number; away?: number[] } = {}): OperatorCase[] {
  return [
    { note: "a matrix", inputs: [float([3, 5], options)] },
    { note: "a scalar", inputs: [float([], options)] },
    { note: "size 1", inputs: [float([1, 1, 2], options)] },
  ];
}

export const basicCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  Add: [...broadcasting(), { note: "a tensor with itself", inputs: [float([2, 2]), same(0)] }],
  Sum: [
    { note: "one", inputs: [float([2, 3])] },
    { note: "three of unlike ranks", inputs: [float([2, 3]), float([3]), float([2, 1])] },
    { note: "one three times", inputs: [float([2, 3]), same(0), same(0)] },
  ],
  Sub: [...broadcasting(), { note: "a tensor with itself", inputs: [float([2, 2]), same(0)] }],
  Mul: [...broadcasting(), { note: "a tensor with itself", inputs: [float([2, 2]), same(0)] }],
  Div: [...broadcasting({ low: 0.7, high: 2 }), { note: "a tensor with itself", inputs: [float([2, 2], { low: 0.7, high: 2 }), same(0)] }],
  Neg: unary(),
  Identity: unary(),
  Exp: unary(),
  Log: unary({ low: 0.4, high: 3 }),
  Sqrt: unary({ low: 0.4, high: 3 }),
  Reciprocal: unary({ low: 0.5, high: 2 }),
  Sigmoid: unary(),
  Tanh: unary(),
  "com.microsoft:QuickGelu": [
    ...unary(),
    { note: "alpha 1, SiLU", inputs: [float([2, 5])], attributes: { alpha: f(1) } },
    { note: "another alpha", inputs: [float([2, 5])], attributes: { alpha: f(0.6) } },
  ],
  Softmax: [
    { note: "last axis by default", inputs: [float([2, 3, 4])] },
    { note: "first axis", inputs: [float([3, 2])], attributes: { axis: int(0) } },
    { note: "middle axis counted from behind", inputs: [float([2, 3, 2])], attributes: { axis: int(-2) } },
    { note: "one class", inputs: [float([3, 1])] },
  ],
  LogSoftmax: [
    { note: "last axis by default", inputs: [float([2, 3, 4])] },
    { note: "first axis", inputs: [float([3, 2])], attributes: { axis: int(0) } },
    { note: "far apart", inputs: [values([2, 3], [8, -9, 1, -20, 0, 20])] },
  ],
  Where: [
    { note: "same shape", inputs: [booleans([2, 2], [1, 0, 0, 1]), float([2, 2]), float([2, 2])] },
    { note: "everything broadcast", inputs: [booleans([3, 1], [1, 0, 1]), float([]), float([2, 1, 4])] },
    { note: "condition of the highest rank", inputs: [booleans([2, 2, 2], [1, 0, 1, 1, 0, 0, 1, 0]), float([2]), float([2, 1])] },
    { note: "a constant on one side", inputs: [booleans([2, 3], [1, 0, 0, 1, 1, 0]), float([2, 3]), values([], [-1e9], true)] },
    { note: "minus infinity on one side", inputs: [booleans([2, 3], [1, 1, 1, 1, 1, 1]), float([2, 3]), values([], [-Infinity], true)] },
  ],
};
