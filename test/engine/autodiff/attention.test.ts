import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import type { Dimension } from "../../../src/engine/graph/tensor-type.js";
import { open } from "./finite-differences.js";

interface Attention {
  readonly x: readonly number[];
  readonly v: readonly number[];
  readonly declared?: { readonly x: readonly Dimension[]; readonly v: readonly Dimension[] };
  /** The softmax is read by the loss too. */
  readonly twice?: boolean;
  readonly axis?: number;
  /** Whether the sum may be taken over the mixed values. */
  readonly short: boolean;
}

const cases: Record<string, Attention> = {
  "rows of weights that mix values": { x: [2, 3, 5], v: [2, 5, 4], short: true },
  "sizes known by name": { x: [2, 3, 5], v: [2, 5, 4], declared: { x: ["batch", "rows", "keys"], v: ["batch", "keys", 4] }, short: true },
  "an axis counted from the front": { x: [3, 5], v: [5, 4], axis: 1, short: true },
  "one row of values for all batches": { x: [2, 3, 5], v: [5, 4], short: true },
  "values in more batches than weights": { x: [1, 3, 5], v: [2, 5, 4], short: false },
  "values with more dimensions": { x: [3, 5], v: [2, 5, 4], short: false },
  "weights that something else reads": { x: [2, 3, 5], v: [2, 5, 4], twice: true, short: false },
  "another axis": { x: [2, 3, 5], v: [2, 5, 4], axis: 1, short: false },
  "nothing known of the shapes": { x: [2, 3, 5], v: [2, 5, 4], declared: { x: [undefined, undefined, undefined], v: [undefined, undefined, 4] }, short: false },
};

const random = RandomSource.derive(7, "attention");
const numbers = (shape: readonly number[]): Float32Array => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());

describe("a softmax that mixes values", () => {
  it.each(Object.entries(cases))("%s: the gradient is that of finite differences", async (_, { x, v, declared, twice, axis = -1, short }) => {
    const graph = new Graph();
    graph.opsets.set("", 21);
    const builder = new GraphBuilder(graph);
    const input = builder.input("x", { elementType: "float32", shape: declared?.x ?? x });
    const values = builder.input("v", { elementType: "float32", shape: declared?.v ?? v });
    const weights = builder.add("Softmax", [input], { attributes: { axis: int(axis) }, shape: declared?.x ?? x });
    const batch = v.length > x.length ? v.slice(0, -2) : x.slice(0, -2).map((size, i) => (v.length < x.length ? size : Math.max(size, v[i])));
    const shape = declared ? [...declared.x.slice(0, -1), 4] : [...batch, x.at(-2)!, 4];
    const mixed = builder.add("MatMul", [weights, values], { shape });
    // Squares, so that the gradient differs from place to place.
    const sum = (tensor: string): string => builder.add("ReduceSum", [builder.add("Mul", [tensor, tensor])], { attributes: { keepdims: int(0) }, shape: [] });
    const loss = twice ? builder.add("Add", [sum(mixed), sum(weights)], { shape: [] }) : sum(mixed);
    builder.outputAs(loss, "loss");
    const forward = graph.nodes.length;
    for (const [name, gradient] of differentiate(graph, { loss, by: ["x", "v"] })) builder.outputAs(gradient, `g.${name}`);
    const summed = graph.nodes.slice(forward).filter(({ operator }) => operator === "ReduceSum").map(({ inputs: [product] }) => graph.producerOf(product)!);
    expect(summed.some(({ operator, inputs }) => operator === "Mul" && inputs.includes(weights))).toBe(!short);

    const session = await open(graph);
    const at = { x: numbers(x), v: numbers(v) };
    const run = (feeds: typeof at) => session.run({ x: new Tensor("float32", feeds.x, x), v: new Tensor("float32", feeds.v, v) });
    const results = await run(at);
    for (const name of ["x", "v"] as const) {
      const gradient = results[`g.${name}`].data as Float32Array;
      const scale = Math.max(...gradient.map(Math.abs));
      for (let i = 0; i < gradient.length; i++) {
        const moved = async (by: number): Promise<number> => ((await run({ ...at, [name]: at[name].with(i, at[name][i] + by) })).loss.data as Float32Array)[0];
        const slope = ((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2;
        expect(Math.abs(slope - gradient[i])).toBeLessThan(5e-3 * scale);
      }
    }
  });
});
