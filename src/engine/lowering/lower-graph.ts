import { PromptTuningError } from "../../common/errors.js";
import { liftConstants } from "../graph/constant-node.js";
import type { Graph } from "../graph/graph.js";
import { refuseGiants } from "../graph/refuse-giants.js";
import { sortNodes } from "../graph/sort-nodes.js";
import { fuseDynamicProducts } from "./fuse-dynamic-products.js";
import { lowerOperators } from "./lower-operators.js";
import { raiseOpset } from "./raise-opset.js";
import { widenHalf } from "./widen-half.js";
import { printable } from "../onnx/printable.js";

/** Oldest operator set that is read: since then axes of (un)squeezing and sums are inputs. */
const oldestOpset = 13;

/**
 * Brings a model's graph, in place, into the form that the rest of the engine works on: constants by name, no
 * branches, contrib operators that hide several steps spelled out, and what can be said of every tensor's type.
 * @throws PromptTuningError kind "model" or "operator" that names the node in the way and what to use instead.
 */
export function lowerGraph(graph: Graph, file?: string): void {
  refuseBranches(graph, file);
  requireOpset(graph, file);
  sortNodes(graph);
  liftConstants(graph);
  raiseOpset(graph);
  widenHalf(graph);
  fuseDynamicProducts(graph);
  lowerOperators(graph);
  refuseGiants(graph, file);
}

function refuseBranches(graph: Graph, file: string | undefined): void {
  const node = graph.nodes.find(({ attributes }) => Object.values(attributes).some((attribute) => attribute.kind === "graph"));
  if (!node) return;
  throw new PromptTuningError("model", `The ONNX model branches while it runs: its node "${printable(node.name)}" is of the kind ${printable(node.operator)}.`, {
    reason: "What it depends on is known only while it runs. (The switch of merged decoders, use_cache_branch, and constants are decided beforehand.)",
    advice: "Use the variant without branches (decoder_model.onnx or model.onnx), or export the model with torch.onnx (scripts/reference/export_onnx.py shows how).",
    file,
  });
}

function requireOpset(graph: Graph, file: string | undefined): void {
  const opset = graph.opsets.get("") ?? 0;
  if (opset >= oldestOpset) return;
  throw new PromptTuningError("model", `The ONNX model uses operator set ${opset}; ${oldestOpset} or newer is needed.`, {
    advice: "Export it again with opset_version=17 or newer, or convert it with onnx.version_converter.",
    file,
  });
}
