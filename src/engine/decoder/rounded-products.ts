import { contrib, type GradientRule, type RuleContext } from "../autodiff/rule.js";
import { int } from "../graph/attribute.js";
import type { GraphNode } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";

/** The matrices of a decoder's layers, by the end of their names. */
export const roundedMatrices = ["query", "key", "value", "attention_output", "gate", "up", "down"] as const;

/** Names of a matrix's rounded transpose and of its scales. */
export function roundedNames(weight: string): { readonly values: string; readonly scales: string } {
  return { values: `${weight}.rounded`, scales: `${weight}.scales` };
}

/** Smaller gradients of a row count as zero; it keeps a row of zeros from being divided by zero. */
const smallest = 1e-30;

/**
 * Backward products with frozen weights in 8-bit integers, an approximation: dx = g·Wᵀ with Wᵀ rounded once by
 * columns and g rounded when it comes. onnxruntime rounds a whole matrix with one scale, but a row that predicts the
 * answer has gradients a thousand times those of others: every row is divided by its largest value first and multiplied
 * by it afterwards. In the feed-forward part, which never mixes rows, that is done once for its three products.
 * The forward pass stays as it is, so that losses are exact.
 *
 * @returns how to differentiate a node; undefined where the ordinary rule applies.
 */
export function roundedProducts(rounded: ReadonlyMap<string, Initializer>): (node: GraphNode) => GradientRule | undefined {
  /** Scales of the rows in the feed-forward part of a layer. */
  const rowScales = new Map<string, string>();
  return ({ operator, inputs: [, weight] }) => {
    if (operator !== "MatMul" || !rounded.has(roundedNames(weight).values)) return undefined;
    const [layer, matrix] = [weight.slice(0, weight.lastIndexOf(".")), weight.slice(weight.lastIndexOf(".") + 1)];
    return (node, [g], context) => {
      if (matrix === "down") {
        const scales = largestOfRows(context, g!, node.outputs[0]);
        rowScales.set(layer, scales);
        return [product(context, node, divided(context, g!, scales, node.outputs[0]))];
      }
      const kept = matrix === "gate" || matrix === "up" ? rowScales.get(layer) : undefined;
      if (kept) return [multiplied(context, node, product(context, node, g!), kept)];
      const scales = largestOfRows(context, g!, node.outputs[0]);
      return [multiplied(context, node, product(context, node, divided(context, g!, scales, node.outputs[0])), scales)];
    };
  };
}

function largestOfRows({ builder, typeOf }: RuleContext, g: string, like: string): string {
  const sizes = builder.add("Abs", [g], { shape: typeOf(like)?.shape });
  return builder.add("Max", [builder.add("ReduceMax", [sizes, builder.integers([-1])], { attributes: { keepdims: int(1) } }), builder.scalar(smallest)]);
}

const divided = ({ builder, typeOf }: RuleContext, g: string, scales: string, like: string): string => builder.add("Div", [g, scales], { shape: typeOf(like)?.shape });

const multiplied = ({ builder, typeOf }: RuleContext, node: GraphNode, gradient: string, scales: string): string => builder.add("Mul", [gradient, scales], { shape: typeOf(node.inputs[0])?.shape });

function product({ builder, typeOf }: RuleContext, node: GraphNode, g: string): string {
  const { values, scales } = roundedNames(node.inputs[1]);
  return builder.add("DynamicQuantizeMatMul", [g, values, scales], { domain: contrib, shape: typeOf(node.inputs[0])?.shape });
}
