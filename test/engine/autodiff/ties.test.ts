import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { open } from "./finite-differences.js";

/** Gradient of Σ f(x, …) by x at a point where difference quotients do not exist. */
async function gradientAt(point: readonly number[], write: (builder: GraphBuilder, x: string) => string): Promise<number[]> {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  const x = builder.input("x", { elementType: "float32", shape: [point.length] });
  const loss = builder.add("ReduceSum", [write(builder, x)], { attributes: { keepdims: int(0) } });
  builder.outputAs(differentiate(graph, { loss, by: ["x"] }).get("x")!, "gradient");
  const { gradient } = await (await open(graph)).run({ x: new Tensor("float32", Float32Array.from(point), [point.length]) });
  return [...(gradient.data as Float32Array)];
}

// The values are PyTorch's: torch.maximum, torch.amax, torch.abs, torch.relu, torch.clamp at these points.
describe("at kinks the gradient is PyTorch's", () => {
  it("equal candidates of Max and Min share it", async () => {
    for (const operator of ["Max", "Min"]) {
      expect(await gradientAt([1, 2], (builder, x) => builder.add(operator, [x, x]))).toEqual([1, 1]);
      expect(await gradientAt([0.5], (builder, x) => builder.add(operator, [x, builder.scalar(0.5)]))).toEqual([0.5]);
    }
  });
  it("equal largest or smallest values share it", async () => {
    expect(await gradientAt([3, 1, 3], (builder, x) => builder.add("ReduceMax", [x]))).toEqual([0.5, 0, 0.5]);
    expect(await gradientAt([3, 1, 1, 1, 1], (builder, x) => builder.add("ReduceMin", [x]))).toEqual([0, 0.25, 0.25, 0.25, 0.25]);
  });
  it("Abs and Relu have slope 0 at 0", async () => {
    expect(await gradientAt([0], (builder, x) => builder.add("Abs", [x]))).toEqual([0]);
    expect(await gradientAt([0, -1, 2], (builder, x) => builder.add("Relu", [x]))).toEqual([0, 0, 1]);
  });
  it("Clip passes the gradient on its bounds", async () => {
    expect(await gradientAt([0, 0.5, 1, 2], (builder, x) => builder.add("Clip", [x, builder.scalar(0), builder.scalar(1)]))).toEqual([1, 1, 1, 0]);
  });
});
