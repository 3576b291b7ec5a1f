import { stringAttribute, text } from "../../graph/attribute.js";
import { type EinsumEquation, einsumSize, readEinsum } from "../../graph/einsum.js";
import type { GraphNode } from "../../graph/graph.js";
import { refuseGradient } from "../refuse.js";
import type { GradientRule, RuleContext } from "../rule.js";

/**
 * y[r] = Σ a[s]·b[t]·…: dy/da is an Einsum of the same kind, g and the other operands to a's letters, "r,t,…->s".
 * A letter that only `a` has was summed over, and its gradient is the same all along.
 */
export const einsum: GradientRule = (node, [g], context) => {
  const written = stringAttribute(node.attributes, "equation", "");
  const equation = readEinsum(written, node.inputs.map((input) => context.typeOf(input)?.shape));
  if (!equation) {
    throw refuseGradient(node, `Its equation "${written}" is not of the form "ij,jk->ik", or has "..." for a number of dimensions that is not known.`);
  }
  if (equation.operands.some((term) => new Set(term).size < term.length)) throw refuseGradient(node, `Its equation "${written}" takes a diagonal.`);
  return node.inputs.map((_, i) => (context.wants(i) ? towards(node, g!, equation, i, context) : undefined));
};

function towards(node: GraphNode, g: string, equation: EinsumEquation, index: number, context: RuleContext): string {
  const { builder } = context;
  const input = node.inputs[index];
  const term = equation.operands[index];
  const others = { tensors: [g, ...node.inputs.toSpliced(index, 1)], terms: [equation.result, ...equation.operands.toSpliced(index, 1)] };

  const elsewhere = others.terms.join("");
  const found = [...term].filter((letter) => elsewhere.includes(letter)).join("");
  const missing = [...term].flatMap((letter, axis) => (elsewhere.includes(letter) ? [] : [axis]));
  let gradient = g;
  if (others.tensors.length > 1 || equation.result !== found) {
    gradient = builder.add("Einsum", others.tensors, { attributes: { equation: text(`${others.terms.join(",")}->${found}`) } });
  }
  if (missing.length > 0) gradient = builder.add("Unsqueeze", [gradient, builder.integers(missing)]);
  if (!hasSizesOf(term, index, equation, node, context)) {
    gradient = builder.add("Expand", [gradient, builder.add("Shape", [input])]);
  }
  return context.unbroadcast(gradient, input);
}

/** Whether g and the other operands are certain to be as large as the input along each of its letters. */
function hasSizesOf(term: string, index: number, equation: EinsumEquation, node: GraphNode, context: RuleContext): boolean {
  const shapes = node.inputs.map((input) => context.typeOf(input)?.shape);
  const others = { ...equation, operands: equation.operands.map((other, i) => (i === index ? "" : other)) };
  return [...term].every((letter, axis) => {
    if (equation.result.includes(letter)) return true;
    const own = shapes[index]?.[axis];
    const size = einsumSize(others, letter, shapes);
    return own === 1 || (size !== 1 && size !== undefined && (typeof size === "number" || size === own));
  });
}
