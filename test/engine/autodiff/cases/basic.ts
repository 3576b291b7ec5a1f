import { float as f, int, text } from "../../../../src/engine/graph/attribute.js";
import { absent, booleans, float, integers, type OperatorCase, runtimeIntegers, same, values } from "../operator-case.js";

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

/** Operands whose order differs from place to place; no two nearer than the difference quotient reaches. */
const extrema: OperatorCase[] = [
  { note: "one", inputs: [float([2, 3])] },
  { note: "two", inputs: [values([2, 2], [1, -1, 0.2, 3]), values([2, 2], [0.5, 0.5, 0.9, -3])] },
  { note: "broadcast", inputs: [values([2, 3], [1, -1, 0.2, 3, -0.7, 0.9]), values([3], [0.5, 0.4, -0.3])] },
  { note: "three, one constant", inputs: [values([3], [1, -1, 0.2]), values([1], [0.5]), values([], [-0.1], true)] },
];

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
  Dropout: [...unary(), { note: "both outputs", inputs: [float([2, 3])], outputs: 2, used: [0] }, { note: "training mode false", inputs: [float([2, 3]), values([], [0.5], true), booleans([], [0], true)] }],
  Cast: [{ note: "float32 to float32", inputs: [float([2, 3])], attributes: { to: int(1) } }],
  Sin: unary(),
  Cos: unary(),
  Abs: unary({ away: [0] }),
  Erf: unary(),
  Relu: unary({ away: [0] }),
  LeakyRelu: [...unary({ away: [0] }), { note: "another slope", inputs: [float([2, 5], { away: [0] })], attributes: { alpha: f(0.3) } }],
  Softplus: unary({ low: -6, high: 6 }),
  Elu: [...unary({ away: [0] }), { note: "another slope", inputs: [float([2, 5], { away: [0] })], attributes: { alpha: f(0.3) } }],
  Mish: unary({ low: -6, high: 6 }),
  HardSwish: unary({ low: -6, high: 6, away: [-3, 3] }),
  Pow: [
    ...broadcasting({ low: -2, high: 2 }).map((testCase) => ({ ...testCase, inputs: testCase.inputs.map((input) => (input.kind === "float" ? { ...input, low: 0.5, high: 2 } : input)) })),
    { note: "the square of negative values too", inputs: [float([2, 5]), values([], [2], true)] },
    { note: "the cube of negative values too", inputs: [float([2, 5]), values([1], [3], true)] },
    { note: "a constant root", inputs: [float([2, 5], { low: 0.5, high: 2 }), values([], [0.5], true)] },
    { note: "a constant negative power", inputs: [float([2, 5], { low: 0.5, high: 2 }), values([], [-1], true)] },
    { note: "an integer power", inputs: [float([2, 5]), integers([2], [])] },
    { note: "integer powers known at run time", inputs: [float([2, 3], { low: 0.5, high: 2 }), runtimeIntegers([1, 2, 3])] },
    { note: "constant powers that differ", inputs: [float([2, 3], { low: 0.5, high: 2 }), values([3], [1, 2, 0.5], true)] },
  ],
  Gelu: [
    { note: "exact", inputs: [float([3, 5], { low: -3, high: 3 })] },
    { note: "by tanh", inputs: [float([3, 5], { low: -3, high: 3 })], attributes: { approximate: text("tanh") } },
  ],
  Swish: unary().map((testCase) => ({ ...testCase, opset: 24 })),
  "com.microsoft:Gelu": unary({ low: -3, high: 3 }),
  "com.microsoft:BiasGelu": [{ note: "a vector added", inputs: [float([2, 3]), float([3])] }, { note: "a frozen bias", inputs: [float([2, 2, 3]), float([3], { constant: true })] }],
  "com.microsoft:FastGelu": [{ note: "a vector added", inputs: [float([2, 3]), float([3])] }, { note: "no bias", inputs: [float([3, 4])] }, { note: "bias left out by name", inputs: [float([3, 4]), absent] }],
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
  Min: extrema,
  Max: extrema,
  Clip: [
    { note: "both bounds", inputs: [float([3, 5], { away: [-0.5, 0.7] }), values([], [-0.5], true), values([], [0.7], true)] },
    { note: "upper bound only", inputs: [float([3, 5], { away: [0.2] }), absent, values([], [0.2], true)] },
    { note: "no bound", inputs: [float([2, 3])] },
  ],
  Trilu: [
    { note: "upper", inputs: [float([3, 4])] },
    { note: "lower, batches", inputs: [float([2, 3, 3])], attributes: { upper: int(0) } },
    { note: "a shifted diagonal", inputs: [float([3, 3]), integers([-1], [])], attributes: { upper: int(0) } },
    { note: "a diagonal known at run time", inputs: [float([3, 3]), runtimeIntegers([1], [])] },
  ],
  Where: [
    { note: "same shape", inputs: [booleans([2, 2], [1, 0, 0, 1]), float([2, 2]), float([2, 2])] },
    { note: "everything broadcast", inputs: [booleans([3, 1], [1, 0, 1]), float([]), float([2, 1, 4])] },
    { note: "condition of the highest rank", inputs: [booleans([2, 2, 2], [1, 0, 1, 1, 0, 0, 1, 0]), float([2]), float([2, 1])] },
    { note: "a constant on one side", inputs: [booleans([2, 3], [1, 0, 0, 1, 1, 0]), float([2, 3]), values([], [-1e9], true)] },
    { note: "minus infinity on one side", inputs: [booleans([2, 3], [1, 1, 1, 1, 1, 1]), float([2, 3]), values([], [-Infinity], true)] },
  ],
};
