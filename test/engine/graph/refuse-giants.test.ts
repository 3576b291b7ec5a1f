import { describe, expect, it } from "vitest";
import { Graph, type GraphNode } from "../../../src/engine/graph/graph.js";
import { integerInitializer } from "../../../src/engine/graph/initializer.js";
import { refuseGiants } from "../../../src/engine/graph/refuse-giants.js";
import { PromptTuningError } from "../../../src/common/errors.js";

const giant = 2 ** 45;

/** A graph of one node that reads integers named by their place, and a tensor "data" of the type [batch, 4]. */
function graphOf(operator: string, inputs: readonly string[], constants: Readonly<Record<string, number | readonly number[]>>): Graph {
  const node: GraphNode = { name: "bomb", operator, domain: "", inputs: [...inputs], outputs: ["result"], attributes: {} };
  const graph = Object.assign(new Graph(), { nodes: [node], inputs: [{ name: "data", elementType: "float32" as const, shape: ["batch", 4] }] });
  for (const [name, value] of Object.entries(constants)) graph.initializers.set(name, typeof value === "number" ? integerInitializer(name, [], [value]) : integerInitializer(name, [value.length], value));
  return graph;
}

describe("tensors that no machine can hold", () => {
  it.each([
    ["ConstantOfShape", ["sizes"], { sizes: [giant, 2] }],
    ["Expand", ["data", "sizes"], { sizes: [giant, 4] }],
    ["Tile", ["data", "times"], { times: [1, giant] }],
    ["Pad", ["data", "around"], { around: [0, 0, 0, giant] }],
    ["Range", ["start", "end", "step"], { start: 0, end: giant, step: 1 }],
    ["ConstantOfShape", ["sizes"], { sizes: [2 ** 52, 2 ** 52] }],
    ["Reshape", ["data", "sizes"], { sizes: [-1, giant] }],
  ] as const)("%s of %j is refused with its name", (operator, inputs, constants) => {
    const check = (): void => refuseGiants(graphOf(operator, inputs, constants));
    expect(check).toThrow(PromptTuningError);
    expect(check).toThrow(/more memory than this machine has/);
  });

  it.each([
    ["ConstantOfShape", ["sizes"], { sizes: [1024, 1024] }],
    ["Expand", ["data", "sizes"], { sizes: [1, 4] }],
    ["Tile", ["data", "times"], { times: [2, 3] }],
    ["Range", ["start", "end", "step"], { start: 0, end: 8192, step: 1 }],
    ["Range", ["start", "end", "step"], { start: 0, end: 8192, step: 0 }],
    ["ConstantOfShape", ["unknown"], {}],
  ] as const)("%s of %j passes", (operator, inputs, constants) => {
    refuseGiants(graphOf(operator, inputs, constants));
  });
});
