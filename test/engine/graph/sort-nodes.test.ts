import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graph, type GraphNode } from "../../../src/engine/graph/graph.js";
import { sortNodes } from "../../../src/engine/graph/sort-nodes.js";

const node = (name: string, inputs: string[]): GraphNode => ({ name, operator: "Sum", domain: "", inputs, outputs: [name], attributes: {} });
const graphOf = (nodes: GraphNode[]): Graph => Object.assign(new Graph(), { nodes });

describe("sorting nodes", () => {
  it("makes every tensor before it is used, whatever the order in the file", () => {
    const graphs = fc.integer({ min: 1, max: 40 }).chain((count) =>
      fc.tuple(
        // Node i reads nodes of smaller numbers only.
        fc.tuple(...Array.from({ length: count }, (_, i) => fc.array(i === 0 ? fc.constant("input") : fc.integer({ min: 0, max: i - 1 }).map(String), { maxLength: 4 }))),
        fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), { minLength: count, maxLength: count }),
      ),
    );
    fc.assert(
      fc.property(graphs, ([inputs, order]) => {
        const graph = graphOf(order.map((i) => node(String(i), inputs[i])));
        sortNodes(graph);
        const place = new Map(graph.nodes.map(({ name }, i) => [name, i]));
        expect(place.size).toBe(inputs.length);
        for (const { name, inputs: read } of graph.nodes) for (const input of read) if (input !== "input") expect(place.get(input)).toBeLessThan(place.get(name)!);
      }),
    );
  });

  it("leaves nodes that are in order as they are", () => {
    const nodes = [node("a", ["x"]), node("b", ["x"]), node("c", ["b", "a"]), node("d", ["a"])];
    const graph = graphOf(nodes);
    sortNodes(graph);
    expect(graph.nodes).toEqual(nodes);
  });

  it("takes a chain of 100,000 nodes from behind", () => {
    const graph = graphOf(Array.from({ length: 100_000 }, (_, i) => node(String(i), [String(i + 1)])));
    sortNodes(graph);
    expect(graph.nodes[0].name).toBe("99999");
  });

  it.each([[[node("a", ["a"])]], [[node("a", ["b"]), node("b", ["a"])]], [[node("x", ["c"]), node("a", ["c"]), node("b", ["a"]), node("c", ["b"])]]])("refuses a circle %#", (nodes) => {
    expect(() => sortNodes(graphOf(nodes))).toThrow(/depends on itself/);
  });
});
