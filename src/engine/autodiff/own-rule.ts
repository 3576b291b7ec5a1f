import type { GraphNode } from "../graph/graph.js";
import type { GradientRule } from "./rule.js";

const rules = new WeakMap<GraphNode, GradientRule>();

/** Whoever made a node knows better how to differentiate it than the rule of its operator. Not written to files. */
export function giveOwnRule(node: GraphNode, rule: GradientRule): void {
  rules.set(node, rule);
}

export const ownRuleOf = (node: GraphNode): GradientRule | undefined => rules.get(node);
