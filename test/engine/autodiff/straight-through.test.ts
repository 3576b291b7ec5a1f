import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer } from "../../../src/engine/graph/initializer.js";
import { prune } from "../../../src/engine/graph/prune.js";
import { lowerGraph } from "../../../src/engine/lowering/lower-graph.js";
import { keepActivationsExact, roundsActivations } from "../../../src/engine/quantised/exact-activations.js";
import { open } from "./finite-differences.js";

const [inner, outer] = [6, 4];
const microsoft = { domain: "com.microsoft" };
type Write = (builder: GraphBuilder, x: string) => string;

function weight(builder: GraphBuilder, elementType: "int8" | "uint8"): string {
  const data = Uint8Array.from({ length: inner * outer }, (_, i) => (i * i * 37 + i * 101) % 251);
  return builder.initializer({ name: "weight", elementType, shape: [inner, outer], data });
}

const bytes = (builder: GraphBuilder, name: string, values: readonly number[], shape: readonly number[], elementType: "int8" | "uint8" = "uint8"): string =>
  builder.initializer({ name, elementType, shape, data: Uint8Array.from(values) });
const scale = (builder: GraphBuilder, name: string, values: readonly number[], shape: readonly number[]): string => builder.initializer(floatInitializer(name, shape, values));

/** The five nodes that quantize_dynamic writes. */
const dynamic = (elementType: "int8" | "uint8", byColumn: boolean, swapped = false): Write => (builder, x) => {
  const shape = byColumn ? [outer] : [];
  const zeros = byColumn ? [7, 100, 3, 128] : [9];
  const scales = byColumn ? [0.01, 0.02, 0.03, 0.015] : [0.02];
  const [values, valueScale, zero] = builder.addMany("DynamicQuantizeLinear", [x], 3);
  const integers = builder.add("MatMulInteger", [values, weight(builder, elementType), zero, bytes(builder, "zero", zeros, shape, elementType)]);
  const factors = [valueScale, scale(builder, "scale", scales, shape)];
  const factor = builder.add("Mul", swapped ? factors.reverse() : factors);
  const floats = builder.add("Cast", [integers], { attributes: { to: int(1) } });
  return builder.add("Mul", swapped ? [factor, floats] : [floats, factor]);
};

const models: [string, Write][] = [
  ["dynamic quantisation, int8", dynamic("int8", false)],
  ["dynamic quantisation, uint8 with a scale a column", dynamic("uint8", true)],
  ["dynamic quantisation, factors the other way round", dynamic("int8", true, true)],
  ["one quantisation for two products", (builder, x) => {
    const [values, valueScale, zero] = builder.addMany("DynamicQuantizeLinear", [x], 3);
    const made = [0, 1].map((which) => builder.add("MatMulIntegerToFloat", [values, which === 0 ? weight(builder, "uint8") : "weight", valueScale, scale(builder, `scale${which}`, [0.02 + which / 50], []), zero, bytes(builder, `zero${which}`, [100 + which], [])], microsoft));
    return builder.add("Add", made);
  }],
  ["DynamicQuantizeMatMul with a bias", (builder, x) => builder.add("DynamicQuantizeMatMul", [x, weight(builder, "uint8"), scale(builder, "scale", [0.02], [1]), bytes(builder, "zero", [120], [1]), scale(builder, "bias", [1, 2, 3, 4], [outer])], microsoft)],
  ["QuantizeLinear and DequantizeLinear", (builder, x) => {
    const rounded = (tensor: string, name: string, size: number): string => {
      const both = [scale(builder, `${name}.scale`, [size], []), bytes(builder, `${name}.zero`, [128], [])];
      return builder.add("DequantizeLinear", [builder.add("QuantizeLinear", [tensor, ...both]), ...both]);
    };
    const dense = builder.add("DequantizeLinear", [weight(builder, "int8"), scale(builder, "scale", [0.01, 0.02, 0.03, 0.015], [outer])], { attributes: { axis: int(1) } });
    return rounded(builder.add("MatMul", [rounded(x, "x", 0.02), dense]), "y", 0.1);
  }],
];

function build(write: Write, form: "as stored" | "exact"): Graph {
  const graph = new Graph();
  graph.opsets.set("", 17);
  const builder = new GraphBuilder(graph);
  builder.input("x", { elementType: "float32", shape: ["rows", inner] });
  builder.outputAs(write(builder, "x"), "y");
  lowerGraph(graph);
  prune(graph);
  expect(roundsActivations(graph)).toBe(true);
  if (form === "exact") {
    keepActivationsExact(graph);
    prune(graph);
    expect(roundsActivations(graph)).toBe(false);
  }
  const after = new GraphBuilder(graph, "test/");
  const loss = after.add("ReduceSum", [after.add("Mul", ["y", after.input("w", { elementType: "float32", shape: ["rows", outer] })])], { attributes: { keepdims: int(0) } });
  after.outputAs(differentiate(graph, { loss, by: ["x"] }).get("x")!, "gradient");
  return graph;
}

const rows = 3;
const x = new Tensor("float32", Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i * 1.3)), [rows, inner]);
const w = new Tensor("float32", Float32Array.from({ length: rows * outer }, (_, i) => Math.cos(i * 2.1)), [rows, outer]);

describe("gradients pass straight through the rounding of activations", () => {
  it.each(models)("%s", async (_name, write) => {
    const stored = await (await open(build(write, "as stored"))).run({ x, w });
    const exact = await (await open(build(write, "exact"))).run({ x, w });
    // A product's gradient does not depend on its activations: the two are the same but for float rounding.
    (stored.gradient.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo((exact.gradient.data as Float32Array)[i], 5));
    // The values themselves differ by the rounding, and by no more than some steps of 8 bits.
    const errors = (stored.y.data as Float32Array).map((value, i) => Math.abs(value - (exact.y.data as Float32Array)[i]));
    expect(Math.max(...errors)).toBeGreaterThan(0);
    expect(Math.max(...errors)).toBeLessThan(0.2);
  });

  it("a computation with integers that is not recognised is refused", () => {
    const unusual: Write = (builder, values) => {
      const [rounded, valueScale, zero] = builder.addMany("DynamicQuantizeLinear", [values], 3);
      const integers = builder.add("MatMulInteger", [rounded, weight(builder, "int8"), zero]);
      return builder.add("Mul", [builder.add("Cast", [builder.add("Neg", [integers])], { attributes: { to: int(1) } }), valueScale]);
    };
    expect(() => build(unusual, "as stored")).toThrow(expect.objectContaining({ kind: "operator", message: expect.stringMatching(/DynamicQuantizeLinear/), advice: expect.stringMatching(/model_q4\.onnx/) }));
  });

  it("the exact form's gradient is that of its own differences", async () => {
    const session = await open(build(dynamic("int8", true), "exact"));
    const { gradient } = await session.run({ x, w });
    for (let i = 0; i < x.size; i += 5) {
      const lossAt = async (shift: number): Promise<number> => {
        const moved = new Tensor("float32", Float32Array.from(x.data as Float32Array, (value, j) => value + (j === i ? shift : 0)), x.dims);
        return ((await session.run({ x: moved, w })).y.data as Float32Array).reduce((sum, value, j) => sum + value * (w.data as Float32Array)[j], 0);
      };
      expect((gradient.data as Float32Array)[i]).toBeCloseTo(((await lossAt(0.5)) - (await lossAt(-0.5))), 3);
    }
  });
});
