import { totalmem } from "node:os";
import { PromptTuningError } from "../../common/errors.js";
import { byteLength } from "../onnx/tensor-bytes.js";
import { printable } from "../onnx/printable.js";
import type { Graph, GraphNode } from "./graph.js";
import { broadcastShapes } from "./shape-inference.js";

/** Sizes that a node's result has by its constants alone; what depends on a text counts as 1. Undefined: not such a node. */
type ResultSizes = (node: GraphNode, graph: Graph) => readonly number[] | undefined;

const sizesOf = (graph: Graph, tensor: string): number[] | undefined => graph.typeOf(tensor)?.shape?.map((size) => (typeof size === "number" ? size : 1));

const reshape = "Reshape";

const growing: Readonly<Record<string, ResultSizes>> = {
  ConstantOfShape: ({ inputs }, graph) => graph.constantIntegers(inputs[0]),
  Expand: ({ inputs }, graph) => {
    const target = graph.constantIntegers(inputs[1]);
    return target && (broadcastShapes(sizesOf(graph, inputs[0]) ?? [], target) as number[]);
  },
  Tile: ({ inputs }, graph) => {
    const sizes = sizesOf(graph, inputs[0]);
    return graph.constantIntegers(inputs[1])?.map((times, i) => times * (sizes?.[i] ?? 1));
  },
  Pad: ({ inputs }, graph) => {
    const around = graph.constantIntegers(inputs[1]);
    const sizes = sizesOf(graph, inputs[0]);
    return around && sizes?.map((size, i) => size + Math.max(0, around[i] ?? 0) + Math.max(0, around[sizes.length + i] ?? 0));
  },
  // Takes no memory itself; but what onnxruntime infers from a size that cannot be does, and without an end.
  [reshape]: ({ inputs }, graph) => graph.constantIntegers(inputs[1])?.map((size) => Math.max(1, size)),
  Range: ({ inputs }, graph) => {
    const [start, end, step] = inputs.map((input) => graph.constantNumber(input));
    return start === undefined || end === undefined || !step ? undefined : [Math.ceil((end - start) / step)];
  },
};

/**
 * A few bytes of a file can ask for terabytes. The system ends a process that takes more memory than there is, with no
 * word: what cannot be held is refused before onnxruntime computes it.
 * @throws PromptTuningError kind "model".
 */
export function refuseGiants(graph: Graph, file?: string): void {
  let total = 0;
  for (const node of graph.nodes) {
    const sizes = node.domain === "" && Object.hasOwn(growing, node.operator) ? growing[node.operator](node, graph) : undefined;
    if (!sizes || sizes.some((size) => size <= 0)) continue;
    const element = graph.typeOf(node.outputs[0])?.elementType ?? "float32";
    const bytes = byteLength(element === "string" ? "float32" : element, sizes) ?? Infinity;
    if (node.operator !== reshape) total += bytes;
    if (Math.max(total, bytes) <= totalmem()) continue;
    throw new PromptTuningError("model", `The ONNX model asks for more memory than this machine has.`, {
      reason: `Its node "${printable(node.name)}" (${node.operator}) makes a tensor of the shape [${sizes.slice(0, 8).join(", ")}].`,
      advice: "The file is damaged or malicious; use another export of the model.",
      file,
    });
  }
}
