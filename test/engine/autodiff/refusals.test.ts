import { describe, expect, it } from "vitest";
import { int, ints, text } from "../../../src/engine/graph/attribute.js";
import { refuseGradient } from "../../../src/engine/autodiff/refuse.js";
import type { GraphNode } from "../../../src/engine/graph/graph.js";
import { differentiateOnly } from "./finite-differences.js";
import { absent, booleans, type Declaration, float, integers, type OperatorCase, runtimeIntegers, values } from "./operator-case.js";

const refused: [string, Omit<OperatorCase, "note">, RegExp, Declaration?][] = [
  ["Clip", { inputs: [float([3]), float([])] }, /bounds/],
  ["Clip", { inputs: [float([3]), absent, float([])] }, /bounds/],
  ["LayerNormalization", { inputs: [float([2, 3, 4]), float([3, 4], { constant: true })], attributes: { axis: int(1) } }, /last axis/],
  ["SimplifiedLayerNormalization", { inputs: [float([2, 3, 4]), float([3, 4], { constant: true })], attributes: { axis: int(1) } }, /last axis/],
  ["RMSNormalization", { inputs: [float([2, 3, 4]), float([3, 4], { constant: true })], attributes: { axis: int(-2) } }, /last axis/],
  ["SimplifiedLayerNormalization", { inputs: [float([2, 4]), float([4], { constant: true })], outputs: 2, used: [1] }, /statistics/],
  ["com.microsoft:FusedMatMul", { inputs: [float([2, 2, 3]), float([2, 3, 2])], attributes: { transBatchA: int(1) } }, /batch/],
  ["Einsum", { inputs: [float([3, 3])], attributes: { equation: text("ii->i") } }, /diagonal/],
  ["Einsum", { inputs: [float([2, 3])], attributes: { equation: text("ij->i.") } }, /not of the form/],
  ["Einsum", { inputs: [float([2, 3]), float([3])], attributes: { equation: text("...i,i->...") } }, /not known/, "nothing"],
  ["Pad", { inputs: [float([2, 3]), integers([1, 0, 0, 1])], attributes: { mode: text("reflect") } }, /constant/],
  ["Pad", { inputs: [float([3], { constant: true }), integers([1, 1]), float([])] }, /pads with/],
  ["GatherND", { inputs: [float([2, 3]), runtimeIntegers([1, 0], [2, 1])], attributes: { batch_dims: int(1) } }, /batch/],
  ["ScatterND", { inputs: [float([3]), runtimeIntegers([1], [1, 1]), float([1])], attributes: { reduction: text("mul") } }, /"mul"/],
  ["ScatterElements", { inputs: [float([3]), runtimeIntegers([1]), float([1])], attributes: { reduction: text("max") } }, /"max"/],
  ["Dropout", { inputs: [float([3]), values([], [0.5], true), booleans([], [1], true)] }, /training/],
  ["Dropout", { inputs: [float([3]), absent, booleans([], [0])] }, /training/],
  ["Gather", { inputs: [float([2, 3]), runtimeIntegers([1])], attributes: { axis: int(1) } }, /rank is not known/, "nothing"],
  ["Hardmax", { inputs: [float([2, 3])] }, /no gradient rule/],
  ["com.microsoft:Attention", { inputs: [float([1, 2, 4]), float([4, 12], { constant: true })], attributes: { num_heads: int(2), qkv_hidden_sizes: ints([4, 4, 4]) } }, /no gradient rule/],
];

describe("where a refused node stands and what to use instead", () => {
  const node = (operator: string, name: string): GraphNode => ({ name, operator, domain: "", inputs: [], outputs: [], attributes: {} });
  it.each([
    ["/model/layers.12/mlp/act/Hardmax", / of layer 12 \(Hardmax\)/],
    ["transformer.h.3.attn.Hardmax", / of layer 3 /],
    ["node_Hardmax_44", /"node_Hardmax_44" \(Hardmax\)/],
  ])("%s", (name, wanted) => {
    const { message, advice } = refuseGradient(node("Hardmax", name), "No rule.");
    expect(message).toMatch(wanted);
    expect(advice).toMatch(/model\.onnx/);
  });

  it("integers throughout: a variant with float activations", () => {
    expect(refuseGradient(node("QLinearMatMul", "q"), "No rule.").advice).toMatch(/model_fp16\.onnx, model_q4\.onnx/);
  });
});

describe("what a rule does not cover is refused with the node's name and a way on", () => {
  it.each(refused)("%s %#", (key, testCase, reason, declaration = "sizes") => {
    expect(() => differentiateOnly(key, { note: "", ...testCase }, declaration)).toThrow(
      expect.objectContaining({ name: "PromptTuningError", kind: "operator", message: expect.stringMatching(/tested/), reason: expect.stringMatching(reason), advice: expect.stringMatching(/\w/) }),
    );
  });
});
