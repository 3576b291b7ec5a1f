import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Attributes, int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer, type Initializer } from "../../../src/engine/graph/initializer.js";
import { lowerOperators } from "../../../src/engine/lowering/lower-operators.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";

const bytes = (name: string, shape: number[]): Initializer => ({
  name, elementType: "uint8", shape, data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * i * 37 + i * 101 + 13) % 256),
});
const floats = (name: string, shape: number[], scale = 0.1): Initializer =>
  floatInitializer(name, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => scale * (1.5 + Math.sin(i * 1.7))));

function build(operator: string, columns: number, constants: readonly (Initializer | undefined)[], attributes: Attributes): Graph {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  builder.input("x", { elementType: "float32", shape: ["batch", "time", columns] });
  builder.outputAs(builder.add(operator, ["x", ...constants.map((constant) => (constant ? builder.initializer(constant) : ""))], { domain: "com.microsoft", attributes, name: "tested" }), "y");
  return graph;
}

const run = async (graph: Graph, columns: number): Promise<Tensor> => {
  const x = new Tensor("float32", Float32Array.from({ length: 2 * 3 * columns }, (_, i) => Math.sin(i * 0.9)), [2, 3, columns]);
  return (await (await InferenceSession.create(serializeModel(graph), { logSeverityLevel: 4, intraOpNumThreads: 1 })).run({ x })).y;
};

const bnb = (N: number, K: number, block: number, type: number): Attributes => ({ N: int(N), K: int(K), block_size: int(block), quant_type: int(type) });
const nbits = (N: number, K: number, more: Attributes = {}): Attributes => ({ N: int(N), K: int(K), block_size: int(16), bits: int(4), ...more });

const cases: [string, string, number, (Initializer | undefined)[], Attributes][] = [
  ["NF4", "MatMulBnb4", 32, [bytes("w", [64]), floats("s", [8])], bnb(4, 32, 16, 1)],
  ["FP4", "MatMulBnb4", 32, [bytes("w", [64]), floats("s", [8])], bnb(4, 32, 16, 0)],
  ["blocks that run on into the next row", "MatMulBnb4", 24, [bytes("w", [60]), floats("s", [4])], bnb(5, 24, 32, 1)],
  ["a bias", "MatMulNBits", 32, [bytes("w", [4, 2, 8]), floats("s", [4, 2]), undefined, undefined, floats("b", [4])], nbits(4, 32)],
  ["permission to round activations", "MatMulNBits", 32, [bytes("w", [4, 2, 8]), floats("s", [4, 2])], nbits(4, 32, { accuracy_level: int(1) })],
];

describe("products with packed weights give the same when spelled out", () => {
  it.each(cases)("%s (%s)", async (_name, operator, columns, constants, attributes) => {
    const wanted = await run(build(operator, columns, constants, attributes), columns);
    const graph = build(operator, columns, constants, attributes);
    lowerOperators(graph);
    const found = await run(graph, columns);
    expect(found.dims).toEqual(wanted.dims);
    (wanted.data as Float32Array).forEach((value, i) => expect((found.data as Float32Array)[i]).toBeCloseTo(value, 4));
  });

  it("a transposition of a dequantised weight says its order, without which onnxruntime 1.30 would end the process", async () => {
    const graph = new Graph();
    graph.opsets.set("", 21);
    const builder = new GraphBuilder(graph);
    builder.input("x", { elementType: "float32", shape: ["batch", "time", 32] });
    const dense = builder.add("DequantizeLinear", [builder.initializer(bytes("w", [32, 4])), builder.initializer(floats("s", [4])), builder.initializer(bytes("z", [4]))], { attributes: { axis: int(1) } });
    builder.outputAs(builder.add("FusedMatMul", ["x", builder.add("Transpose", [dense])], { domain: "com.microsoft", attributes: { transB: int(1) } }), "y");
    lowerOperators(graph);
    expect(graph.nodes.find((node) => node.operator === "Transpose")?.attributes.perm).toEqual({ kind: "ints", value: [1, 0] });
    expect((await run(graph, 32)).dims).toEqual([2, 3, 4]);
  });

  const refused: [string, string, (Initializer | undefined)[], Attributes, RegExp][] = [
    ["another order of columns", "MatMulNBits", [bytes("w", [4, 2, 8]), floats("s", [4, 2]), undefined, { ...bytes("g", [128]), elementType: "int32", shape: [32] }], nbits(4, 32), /order of columns/],
    ["2 bits", "MatMulNBits", [bytes("w", [4, 2, 4]), floats("s", [4, 2])], nbits(4, 32, { bits: int(2) }), /2 bits/],
    ["a weight without its size", "MatMulBnb4", [bytes("w", [64]), floats("s", [8])], { quant_type: int(1) }, /size/],
    ["a weight that is too short", "MatMulBnb4", [bytes("w", [60]), floats("s", [8])], bnb(4, 32, 16, 1), /shorter/],
  ];
  it.each(refused)("refuses %s", (_name, operator, constants, attributes, reason) => {
    expect(() => lowerOperators(build(operator, 32, constants, attributes))).toThrow(expect.objectContaining({ kind: "operator", message: expect.stringMatching(/tested/), reason: expect.stringMatching(reason) }));
  });
});
