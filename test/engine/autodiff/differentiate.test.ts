import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { open } from "./finite-differences.js";

function start(): { graph: Graph; builder: GraphBuilder } {
  const graph = new Graph();
  graph.opsets.set("", 21);
  return { graph, builder: new GraphBuilder(graph) };
}
const vector = { elementType: "float32", shape: [3] } as const;
const total = (builder: GraphBuilder, tensor: string): string => builder.add("ReduceSum", [tensor], { attributes: { keepdims: int(0) } });
const feed = (...values: number[]): Tensor => new Tensor("float32", Float32Array.from(values), [values.length]);

describe("differentiate", () => {
  it("adds up what reaches a tensor along several paths", async () => {
    const { graph, builder } = start();
    const x = builder.input("x", vector);
    // x·x + 3x, where x is read four times over three nodes.
    const square = builder.add("Mul", [x, x]);
    const loss = total(builder, builder.add("Add", [builder.add("Add", [square, builder.add("Add", [x, x])]), x]));
    builder.outputAs(differentiate(graph, { loss, by: ["x"] }).get("x")!, "gradient");
    const { gradient } = await (await open(graph)).run({ x: feed(1, -2, 5) });
    expect([...(gradient.data as Float32Array)]).toEqual([5, -1, 13]);
  });

  it("gives every wanted tensor its gradient, constants too", async () => {
    const { graph, builder } = start();
    const x = builder.input("x", vector);
    const y = builder.input("y", vector);
    const loss = total(builder, builder.add("Mul", [builder.add("Mul", [x, y]), builder.initializer({ name: "w", elementType: "float32", shape: [3], data: new Uint8Array(Float32Array.of(1, 2, 3).buffer) })]));
    for (const [name, gradient] of differentiate(graph, { loss, by: ["x", "y", "w"] })) builder.outputAs(gradient, `g.${name}`);
    const results = await (await open(graph)).run({ x: feed(1, 2, 3), y: feed(4, 5, 6) });
    expect([...(results["g.x"].data as Float32Array)]).toEqual([4, 10, 18]);
    expect([...(results["g.y"].data as Float32Array)]).toEqual([1, 4, 9]);
    expect([...(results["g.w"].data as Float32Array)]).toEqual([4, 10, 18]);
  });

  it("writes nothing for what does not lie between the wanted tensors and the loss", () => {
    const { graph, builder } = start();
    const x = builder.input("x", vector);
    const frozen = builder.input("frozen", vector);
    // Before the prompt enters, and beside the loss, stand operators that have no rule.
    const before = builder.add("Hardmax", [frozen]);
    builder.add("Hardmax", [x], { name: "beside" });
    const loss = total(builder, builder.add("Mul", [x, before]));
    const forward = graph.nodes.length;
    differentiate(graph, { loss, by: ["x"] });
    expect(graph.nodes.slice(forward).map((node) => node.operator)).not.toContain("Hardmax");
    expect(graph.nodes.slice(forward).filter((node) => node.operator === "Mul")).toHaveLength(1);
  });

  it("does not follow a tensor through its shape, its order or a comparison", async () => {
    const { graph, builder } = start();
    const x = builder.input("x", { elementType: "float32", shape: ["n"] });
    const count = builder.add("Cast", [builder.add("Size", [x])], { attributes: { to: int(1) } });
    const positive = builder.add("Cast", [builder.add("Greater", [x, builder.scalar(0)])], { attributes: { to: int(1) } });
    const loss = total(builder, builder.add("Mul", [builder.add("Mul", [x, count]), positive]));
    builder.outputAs(differentiate(graph, { loss, by: ["x"] }).get("x")!, "gradient");
    const { gradient } = await (await open(graph)).run({ x: feed(1, -2, 5) });
    expect([...(gradient.data as Float32Array)]).toEqual([3, 0, 3]);
  });

  it("says so when the loss does not depend on a tensor", () => {
    const { graph, builder } = start();
    const x = builder.input("x", vector);
    builder.input("unused", vector);
    expect(() => differentiate(graph, { loss: total(builder, x), by: ["x", "unused"] })).toThrow(expect.objectContaining({ name: "PromptTuningError", kind: "model", message: expect.stringMatching(/unused/) }));
  });

  it("a loss with one element but a rank is a loss", async () => {
    const { graph, builder } = start();
    const x = builder.input("x", vector);
    const loss = builder.add("ReduceSum", [builder.add("Mul", [x, x])]);
    builder.outputAs(differentiate(graph, { loss, by: ["x"] }).get("x")!, "gradient");
    const { gradient } = await (await open(graph)).run({ x: feed(1, 2, 3) });
    expect([...(gradient.data as Float32Array)]).toEqual([2, 4, 6]);
  });
});
