import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Attribute } from "../../../src/engine/graph/attribute.js";
import { Graph, type GraphNode, type NamedType } from "../../../src/engine/graph/graph.js";
import type { Initializer } from "../../../src/engine/graph/initializer.js";
import { type Dimension, type ElementType, elementTypes } from "../../../src/engine/graph/tensor-type.js";
import { parseModel, serializeModel } from "../../../src/engine/onnx/model-file.js";
import { byteLength } from "../../../src/engine/onnx/tensor-bytes.js";

const name = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
const whole = fc.maxSafeInteger();
const single = fc.float();
const bytesOf = (elementType: ElementType, shape: readonly number[]) => {
  const length = byteLength(elementType, shape)!;
  return fc.uint8Array({ minLength: length, maxLength: length });
};
const fixedSize = (Object.keys(elementTypes) as ElementType[]).filter((type) => type !== "string");
const initializer: fc.Arbitrary<Initializer> = fc
  .tuple(name, fc.constantFrom(...fixedSize), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }))
  .chain(([title, elementType, shape]) => bytesOf(elementType, shape).map((data) => ({ name: title, elementType, shape, data })));
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  whole.map((value) => ({ kind: "int" as const, value })),
  single.map((value) => ({ kind: "float" as const, value })),
  fc.string({ unit: "grapheme" }).map((value) => ({ kind: "string" as const, value })),
  fc.array(whole).map((value) => ({ kind: "ints" as const, value })),
  fc.array(single).map((value) => ({ kind: "floats" as const, value })),
  fc.array(fc.string()).map((value) => ({ kind: "strings" as const, value })),
  initializer.map((value) => ({ kind: "tensor" as const, value })),
);
const attributes = fc.uniqueArray(fc.tuple(name, attribute), { maxLength: 4, selector: ([key]) => key }).map((list) => Object.assign(Object.create(null), Object.fromEntries(list)));
const node: fc.Arbitrary<GraphNode> = fc.record({
  name,
  operator: name,
  domain: fc.constantFrom("", "com.microsoft"),
  inputs: fc.array(fc.oneof(name, fc.constant("")), { maxLength: 4 }),
  outputs: fc.array(name, { maxLength: 3 }),
  attributes,
});
const dimension: fc.Arbitrary<Dimension> = fc.oneof(fc.nat(), name, fc.constant(undefined));
const namedType = (prefix: string): fc.Arbitrary<NamedType> =>
  fc.record({ name: name.map((text) => prefix + text), elementType: fc.constantFrom(...fixedSize), shape: fc.option(fc.array(dimension, { maxLength: 4 }), { nil: undefined }) });

function graphOf(parts: { nodes: GraphNode[]; inputs: NamedType[]; outputs: NamedType[]; initializers: Initializer[]; opset: number }): Graph {
  const graph = new Graph();
  graph.nodes = parts.nodes;
  graph.inputs = parts.inputs;
  graph.outputs = parts.outputs;
  for (const tensor of parts.initializers) graph.initializers.set(tensor.name, tensor);
  graph.opsets.set("", parts.opset);
  graph.opsets.set("com.microsoft", 1);
  return graph;
}
const graph = fc
  .record({
    nodes: fc.array(node, { maxLength: 6 }),
    inputs: fc.uniqueArray(namedType("input "), { maxLength: 3, selector: (type) => type.name }),
    outputs: fc.array(namedType("output "), { maxLength: 3 }),
    initializers: fc.array(initializer, { maxLength: 4 }),
    opset: fc.integer({ min: 1, max: 30 }),
  })
  .map(graphOf);

/** Everything of a graph that a file holds, in plain objects. */
function contentOf({ name: title, nodes, inputs, outputs, initializers, opsets }: Graph): unknown {
  const plain = (tensor: Initializer): unknown => ({ ...tensor, data: tensor.data instanceof Uint8Array ? [...tensor.data] : tensor.data });
  const shapes = (types: readonly NamedType[]): unknown => types.map(({ name: input, elementType, shape }) => ({ input, elementType, shape: shape && [...shape] }));
  return {
    title,
    nodes: nodes.map((one) => ({
      ...one,
      attributes: Object.entries(one.attributes).map(([key, value]) => [key, value.kind === "tensor" ? plain(value.value) : value.kind === "graph" ? contentOf(value.value) : value]),
    })),
    inputs: shapes(inputs),
    outputs: shapes(outputs),
    initializers: [...initializers.values()].map(plain),
    opsets: [...opsets],
  };
}

describe("ONNX files", () => {
  it("a graph written and read is the same graph", () => {
    fc.assert(
      fc.property(graph, (original) => {
        expect(contentOf(parseModel(serializeModel(original)))).toEqual(contentOf(original));
      }),
      { numRuns: 500 },
    );
  });

  it("a graph inside an attribute is kept too", () => {
    fc.assert(
      fc.property(graph, graph, (outer, inner) => {
        inner.opsets.clear();
        outer.nodes.push({ name: "If_0", operator: "If", domain: "", inputs: ["c"], outputs: ["y"], attributes: Object.assign(Object.create(null), { then_branch: { kind: "graph", value: inner } }) });
        expect(contentOf(parseModel(serializeModel(outer)))).toEqual(contentOf(outer));
      }),
      { numRuns: 100 },
    );
  });

  it("types between input and output are written where asked, if they are known entirely", () => {
    const between = new Graph();
    between.inputs.push({ name: "x", elementType: "float32", shape: ["rows", 4] });
    between.outputs.push({ name: "y", elementType: "float32", shape: ["rows", 4] });
    for (const name of ["x", "known", "y"]) between.types.set(name, { elementType: "float32", shape: ["rows", 4] });
    between.types.set("half", { elementType: "float32", shape: [undefined, 4] });
    between.types.set("shapeless", { elementType: "int64" });
    between.types.set("typeless", { shape: [1] });
    const read = parseModel(serializeModel(between, { withTypes: true }));
    // A reader takes the outputs' types in too.
    expect([...read.types.keys()].sort()).toEqual(["known", "y"]);
    expect(read.types.get("known")).toMatchObject({ elementType: "float32", shape: ["rows", 4] });
    expect([...parseModel(serializeModel(between)).types.keys()]).toEqual(["y"]);
  });

  it.each(["dynamo", "torchscript"])("a real export (%s) read, written and read is the same", (exporter) => {
    const file = join(__dirname, "../exported/reference", exporter, "model.onnx");
    const first = parseModel(readFileSync(file), file);
    const second = parseModel(serializeModel(first), file);
    expect(contentOf(second)).toEqual(contentOf(first));
    expect(first.nodes.length).toBeGreaterThan(100);
  });

  it("weights in typed fields are read as raw bytes", async () => {
    const { create, toBinary } = await import("@bufbuild/protobuf");
    const { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } = await import("../../../src/engine/onnx/onnx_pb.js");
    const tensors = [
      create(TensorProtoSchema, { name: "f32", dataType: 1, dims: [2n], floatData: [1.5, -2] }),
      create(TensorProtoSchema, { name: "i64", dataType: 7, dims: [2n], int64Data: [-1n, 2n ** 40n] }),
      create(TensorProtoSchema, { name: "bool", dataType: 9, dims: [3n], int32Data: [1, 0, 1] }),
      create(TensorProtoSchema, { name: "f16", dataType: 10, dims: [1n], int32Data: [0x3c00] }),
      create(TensorProtoSchema, { name: "i8", dataType: 3, dims: [2n], int32Data: [-1, 5] }),
      create(TensorProtoSchema, { name: "f64", dataType: 11, dims: [1n], doubleData: [Math.PI] }),
    ];
    const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: create(GraphProtoSchema, { initializer: tensors }) }));
    const { initializers } = parseModel(bytes);
    const data = (key: string): number[] => [...(initializers.get(key)!.data as Uint8Array)];
    expect(data("f32")).toEqual([...new Uint8Array(Float32Array.of(1.5, -2).buffer)]);
    expect(data("i64")).toEqual([...new Uint8Array(BigInt64Array.of(-1n, 2n ** 40n).buffer)]);
    expect(data("bool")).toEqual([1, 0, 1]);
    expect(data("f16")).toEqual([0x00, 0x3c]);
    expect(data("i8")).toEqual([255, 5]);
    expect(data("f64")).toEqual([...new Uint8Array(Float64Array.of(Math.PI).buffer)]);
  });
});
