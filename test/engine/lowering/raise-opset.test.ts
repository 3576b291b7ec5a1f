import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Attributes, int, ints } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { raiseOpset } from "../../../src/engine/lowering/raise-opset.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";

const cases: [string, Attributes, number][] = [
  ["ReduceMean", { axes: ints([-1]), keepdims: int(0) }, 1],
  ["ReduceMax", { axes: ints([0, 2]) }, 1],
  ["ReduceMin", {}, 1],
  ["ReduceL2", { axes: ints([1]) }, 1],
  ["Split", { axis: int(2) }, 2],
  ["Softmax", { axis: int(1) }, 1],
];

describe("raising the operator set", () => {
  it.each(cases)("%s gives the same", async (operator, attributes, outputs) => {
    const data = new Tensor("float32", Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)), [2, 3, 4]);
    const run = async (raised: boolean) => {
      const graph = new Graph();
      graph.opsets.set("", 13);
      const builder = new GraphBuilder(graph);
      builder.input("x", { elementType: "float32", shape: [2, 3, 4] });
      builder.addMany(operator, ["x"], outputs, { attributes, name: "y" }).forEach((name) => builder.output(name));
      if (raised) raiseOpset(graph);
      expect(graph.opsets.get("")).toBe(raised ? 21 : 13);
      return (await InferenceSession.create(serializeModel(graph))).run({ x: data });
    };
    const [before, after] = [await run(false), await run(true)];
    for (const name of Object.keys(before)) {
      expect(after[name].dims).toEqual(before[name].dims);
      expect([...(after[name].data as Float32Array)]).toEqual([...(before[name].data as Float32Array)]);
    }
  });
});
