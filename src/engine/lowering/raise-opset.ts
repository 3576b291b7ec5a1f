import { int, intAttribute, intsAttribute } from "../graph/attribute.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";

/** Has everything that backward nodes use (adding scatters since 16, padding by axes since 18, 4-bit numbers since 21). */
const wanted = 21;

/** Since opset 18 their axes are an input (ReduceSum's since 13). */
const reductions = new Set(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"]);

/**
 * Brings a graph of operator set 13 to 20 to 21, in place. Of the operators that a decoder uses only two kinds were
 * written otherwise before (ONNX, Changelog.md): reductions with axes as an attribute, Split without sizes.
 */
export function raiseOpset(graph: Graph): void {
  const opset = graph.opsets.get("") ?? 0;
  if (opset >= wanted) return;
  const builder = new GraphBuilder(graph, "lowered/");
  graph.nodes = graph.nodes.map((node) => {
    if (node.domain !== "" || opset >= 18) return node;
    const axes = intsAttribute(node.attributes, "axes");
    if (reductions.has(node.operator) && axes) {
      const attributes = { keepdims: int(intAttribute(node.attributes, "keepdims", 1)) };
      return { ...node, attributes, inputs: [node.inputs[0], builder.integers(axes)] };
    }
    if (node.operator === "Split" && !node.inputs[1]) {
      return { ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } };
    }
    return node;
  });
  graph.opsets.set("", wanted);
}
