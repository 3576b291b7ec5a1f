import { expect, it } from "vitest";
import { int64, integerInitializer, integerValues } from "../../../src/engine/graph/initializer.js";
import { parseModel, serializeModel } from "../../../src/engine/onnx/model-file.js";
import { Graph } from "../../../src/engine/graph/graph.js";

const most = 2n ** 63n - 1n;

it.each([
  [0, 0n],
  [-1, -1n],
  [Number(most), most],
  [-(2 ** 63), -(2n ** 63n)],
  [2 ** 70, most],
  [-(2 ** 70), -(2n ** 63n)],
])("%d is %d as 64 bits", (value, expected) => {
  expect(int64(value)).toBe(expected);
});

it('"to the end" stays a large number as a constant and as an attribute, where a double has rounded it up', () => {
  expect(integerValues(integerInitializer("end", [1], [Number(most)]))).toEqual([Number(most)]);
  const graph = new Graph();
  graph.nodes = [{ name: "n", operator: "Slice", domain: "", inputs: [], outputs: ["y"], attributes: { ends: { kind: "ints", value: [Number(most), -1] }, end: { kind: "int", value: Number(most) } } }];
  expect(parseModel(serializeModel(graph)).nodes[0].attributes).toMatchObject({ ends: { value: [Number(most), -1] }, end: { value: Number(most) } });
});
