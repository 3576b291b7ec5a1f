import { PromptTuningError } from "../../common/errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { isFloating } from "../graph/tensor-type.js";
import { ownRuleOf } from "./own-rule.js";
import { refuseGradient } from "./refuse.js";
import { type GradientRule, operatorKey, type RuleContext } from "./rule.js";
import { gradientRules, supportedOperators } from "./rule-table.js";
import { unbroadcast } from "./unbroadcast.js";
import { printable } from "../onnx/printable.js";

export interface DifferentiateOptions {
  /** A tensor with one element. */
  readonly loss: string;
  /** Inputs or initializers of the graph to differentiate by. */
  readonly by: readonly string[];
  /** Rules that go before those of the operators, for some nodes. */
  readonly ruleFor?: (node: GraphNode) => GradientRule | undefined;
}

/**
 * Reverse-mode automatic differentiation: appends to the graph the nodes that compute the gradient of the loss
 * with respect to the given tensors, and returns the gradients' names. Only nodes on a path from one of these
 * tensors to the loss are differentiated. (Griewank & Walther 2008, Evaluating Derivatives, section 3.2)
 *
 * @throws PromptTuningError kind "operator" when a node on such a path has no rule.
 */
export function differentiate(graph: Graph, { loss, by, ruleFor }: DifferentiateOptions): Map<string, string> {
  const path = nodesOnPath(graph, loss, by);
  const reached = tensorsReachedFrom(path, by);
  const readers = readersOf(path);
  const builder = new GraphBuilder(graph, "gradient/");
  const partial = new Map<string, string[]>();
  const addPartial = (tensor: string, gradient: string): void => {
    const known = partial.get(tensor);
    if (known) known.push(gradient);
    else partial.set(tensor, [gradient]);
  };
  const totalOf = (tensor: string): string | undefined => {
    const parts = partial.get(tensor);
    if (!parts) return undefined;
    if (parts.length === 1) return parts[0];
    const total = builder.add("Sum", parts, { shape: graph.typeOf(parts[0])?.shape });
    partial.set(tensor, [total]);
    return total;
  };

  addPartial(loss, onesLike(builder, loss));
  for (const node of [...path].reverse()) {
    const gradients = node.outputs.map((output) => (output ? totalOf(output) : undefined));
    if (gradients.every((gradient) => gradient === undefined)) continue;
    const rule = ruleFor?.(node) ?? ownRuleOf(node) ?? gradientRules.get(operatorKey(node));
    if (!rule) throw missingRule(node);
    const context: RuleContext = {
      graph,
      builder,
      wants: (index) => reached.has(node.inputs[index]) && carriesGradient(graph, node.inputs[index]),
      typeOf: (tensor) => graph.typeOf(tensor),
      readerOf: (tensor) => {
        const [reader, ...others] = readers.get(tensor) ?? [];
        const gradient = reader && totalOf(reader.outputs[0]);
        return gradient !== undefined && others.length === 0 ? { node: reader, gradient } : undefined;
      },
      unbroadcast: (gradient, target) => unbroadcast(builder, gradient, target),
    };
    rule(node, gradients, context).forEach((gradient, index) => {
      if (gradient !== undefined && context.wants(index)) addPartial(node.inputs[index], gradient);
    });
  }

  const result = new Map<string, string>();
  for (const tensor of by) {
    const gradient = totalOf(tensor);
    if (gradient === undefined) {
      throw new PromptTuningError("model", `The loss does not depend on "${tensor}".`, {
        reason: "No path of the model's graph leads from it to the loss.",
        advice: "Check that the template holds a {soft} slot before the answer.",
      });
    }
    result.set(tensor, gradient);
  }
  return result;
}

/** The operators between some tensors and the loss, and those of them that have no rule, each with the number of its nodes. */
export function rulesOnPath(graph: Graph, { loss, by }: DifferentiateOptions): { readonly nodes: number; readonly missing: ReadonlyMap<string, number> } {
  const path = nodesOnPath(graph, loss, by);
  const missing = new Map<string, number>();
  for (const key of path.map(operatorKey)) if (!gradientRules.has(key)) missing.set(key, (missing.get(key) ?? 0) + 1);
  return { nodes: path.length, missing };
}

function onesLike(builder: GraphBuilder, loss: string): string {
  const shape = builder.graph.typeOf(loss)?.shape;
  if (shape?.length === 0) return builder.scalar(1);
  return builder.add("Expand", [builder.scalar(1), builder.add("Shape", [loss])], { shape });
}

/** Floats do, and rounded floats: their gradient passes straight through the rounding. */
function carriesGradient(graph: Graph, tensor: string): boolean {
  if (isFloating(graph.typeOf(tensor))) return true;
  const producer = graph.producerOf(tensor);
  return producer !== undefined && /^(Dynamic)?QuantizeLinear$/.test(producer.operator) && producer.outputs[0] === tensor;
}

/** Nodes that are both reached from the trainables and needed by the loss, in the graph's order. */
function nodesOnPath(graph: Graph, loss: string, by: readonly string[]): GraphNode[] {
  const reached = new Set(by);
  const forward = graph.nodes.filter((node) => {
    const isReached = node.inputs.some((input) => reached.has(input));
    if (isReached) for (const output of node.outputs) if (carriesGradient(graph, output)) reached.add(output);
    return isReached;
  });
  const needed = new Set([loss]);
  return forward
    .reverse()
    .filter((node) => {
      const isNeeded = node.outputs.some((output) => needed.has(output) && reached.has(output));
      if (isNeeded) for (const input of node.inputs) needed.add(input);
      return isNeeded;
    })
    .reverse();
}

function tensorsReachedFrom(path: readonly GraphNode[], by: readonly string[]): Set<string> {
  const reached = new Set(by);
  for (const node of path) for (const output of node.outputs) if (output) reached.add(output);
  return reached;
}

function readersOf(path: readonly GraphNode[]): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of path) {
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

function missingRule(node: GraphNode): PromptTuningError {
  return refuseGradient(node, `It lies between the soft prompt and the loss, and there is no gradient rule for ${printable(operatorKey(node))}. There are rules for ${supportedOperators().length} operators.`);
}
