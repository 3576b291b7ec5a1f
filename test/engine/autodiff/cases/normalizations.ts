import { float as f, int } from "../../../../src/engine/graph/attribute.js";
import { absent, float, type OperatorCase, runtimeIntegers } from "../operator-case.js";

const angles = (rows: number, half: number, turn: (angle: number) => number): number[] =>
  Array.from({ length: rows * half }, (_, i) => turn(Math.floor(i / half) / 1.7 ** (i % half)));
const cache = (rows: number, half: number): OperatorCase["inputs"] => [
  { kind: "values", shape: [rows, half], values: angles(rows, half, Math.cos), constant: true },
  { kind: "values", shape: [rows, half], values: angles(rows, half, Math.sin), constant: true },
];

export const normalizationCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  SimplifiedLayerNormalization: [
    { note: "frozen weight", inputs: [float([2, 3, 4]), float([4], { constant: true })], attributes: { axis: int(-1), epsilon: f(1e-5) } },
    { note: "axis counted from the front", inputs: [float([2, 4]), float([4], { constant: true })], attributes: { axis: int(1), epsilon: f(0.1) } },
    { note: "both outputs named, weight too", inputs: [float([2, 4]), float([4])], outputs: 2, used: [0], attributes: { axis: int(-1), epsilon: f(1e-5), stash_type: int(1) } },
  ],
  LayerNormalization: [
    { note: "frozen weight and bias", inputs: [float([2, 3, 4]), float([4], { constant: true }), float([4], { constant: true })], attributes: { axis: int(-1), epsilon: f(1e-5) } },
    { note: "weight and bias too", inputs: [float([2, 5]), float([5]), float([5])], attributes: { axis: int(-1), epsilon: f(0.1) } },
    { note: "an older operator set", inputs: [float([2, 5]), float([5], { constant: true })], attributes: { axis: int(-1), epsilon: f(0.1) }, opset: 17 },
    { note: "no bias", inputs: [float([2, 5]), float([5], { constant: true })], attributes: { epsilon: f(0.1) } },
  ],
  RMSNormalization: [
    { note: "frozen weight", inputs: [float([2, 3, 4]), float([4], { constant: true })], opset: 23 },
    { note: "another epsilon, weight too", inputs: [float([2, 4]), float([4])], attributes: { axis: int(-1), epsilon: f(0.1) }, opset: 23 },
  ],
  "com.microsoft:SkipSimplifiedLayerNormalization": [
    { note: "only the normalised sum", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4], { constant: true })], attributes: { epsilon: f(1e-5) } },
    { note: "the sum too", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4], { constant: true })], outputs: 4, used: [0, 3], attributes: { epsilon: f(0.01) } },
    { note: "only the sum", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4], { constant: true })], outputs: 4, used: [3], attributes: { epsilon: f(0.01) } },
    { note: "weight and bias", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4]), float([4])], attributes: { epsilon: f(0.1) } },
    { note: "a skip shared by the batch", inputs: [float([2, 3, 4]), float([1, 3, 4]), float([4], { constant: true })], attributes: { epsilon: f(0.1) } },
  ],
  "com.microsoft:SkipLayerNormalization": [
    { note: "only the normalised sum", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4], { constant: true }), float([4], { constant: true })], attributes: { epsilon: f(1e-5) } },
    { note: "the sum too, no shift", inputs: [float([2, 3, 4]), float([2, 3, 4]), float([4], { constant: true })], outputs: 4, used: [0, 3], attributes: { epsilon: f(0.01) } },
    { note: "weight, shift and bias", inputs: [float([2, 2, 4]), float([2, 2, 4]), float([4]), float([4]), float([4])], attributes: { epsilon: f(0.1) } },
    { note: "bias without shift", inputs: [float([2, 2, 4]), float([2, 2, 4]), float([4]), absent, float([4])], attributes: { epsilon: f(0.1) } },
  ],
  RotaryEmbedding: [
    { note: "rank 4, positions", inputs: [float([1, 2, 3, 4]), ...cache(5, 2), runtimeIntegers([0, 1, 4], [1, 3])], opset: 23 },
    { note: "rank 3, interleaved", inputs: [float([1, 2, 8]), ...cache(5, 2), runtimeIntegers([1, 3], [1, 2])], attributes: { num_heads: int(2), interleaved: int(1) }, opset: 23 },
  ],
  "com.microsoft:RotaryEmbedding": [
    { note: "rank 3, halves", inputs: [float([1, 2, 8]), runtimeIntegers([1, 3], [1, 2]), ...cache(5, 2)], attributes: { num_heads: int(2), rotary_embedding_dim: int(4) } },
    { note: "rank 4, halves", inputs: [float([2, 2, 2, 4]), runtimeIntegers([0, 1, 2, 4], [2, 2]), ...cache(5, 2)] },
    { note: "rank 4, interleaved", inputs: [float([1, 2, 2, 4]), runtimeIntegers([2, 4], [1, 2]), ...cache(5, 2)], attributes: { interleaved: int(1) } },
    { note: "one starting position", inputs: [float([1, 2, 3, 4]), runtimeIntegers([1], [1]), ...cache(5, 2)] },
  ],
};
