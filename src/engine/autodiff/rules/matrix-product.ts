import { float, floatAttribute, int, intAttribute } from "../../graph/attribute.js";
import { contrib, type GradientRule, type RuleContext } from "../rule.js";
import { refuseGradient } from "../refuse.js";

interface Operand {
  readonly tensor: string;
  readonly transposed: boolean;
}

/** op(A)·op(B)·alpha without a transposed copy of either. */
function product(context: RuleContext, a: Operand, b: Operand, alpha: number): string {
  if (!a.transposed && !b.transposed && alpha === 1) return context.builder.add("MatMul", [a.tensor, b.tensor]);
  return context.builder.add("FusedMatMul", [a.tensor, b.tensor], {
    domain: contrib,
    attributes: { transA: int(a.transposed ? 1 : 0), transB: int(b.transposed ? 1 : 0), alpha: float(alpha) },
  });
}

/** Gradients of alpha·op(A)·op(B) for operands of rank 2 and more. */
function gradientsOfProduct(context: RuleContext, g: string, a: Operand, b: Operand, alpha: number): [string | undefined, string | undefined] {
  const flip = (operand: Operand): Operand => ({ ...operand, transposed: !operand.transposed });
  const incoming: Operand = { tensor: g, transposed: false };
  const towardsA = (): string => {
    // d op(A) = g·op(B)ᵀ; where A stands transposed its own gradient is the transpose, op(B)·gᵀ.
    const gradient = a.transposed ? product(context, b, flip(incoming), alpha) : product(context, incoming, flip(b), alpha);
    return context.unbroadcast(gradient, a.tensor);
  };
  const towardsB = (): string => {
    const gradient = b.transposed ? product(context, flip(incoming), a, alpha) : product(context, flip(a), incoming, alpha);
    return context.unbroadcast(gradient, b.tensor);
  };
  return [context.wants(0) ? towardsA() : undefined, context.wants(1) ? towardsB() : undefined];
}

export const matMul: GradientRule = (node, [g], context) => {
  const [a, b] = node.inputs;
  const rankA = context.typeOf(a)?.shape?.length;
  const rankB = context.typeOf(b)?.shape?.length;
  if (rankA !== 1 && rankB !== 1) {
    return gradientsOfProduct(context, g!, { tensor: a, transposed: false }, { tensor: b, transposed: false }, 1);
  }
  // A vector takes part as a matrix with one row (left) or one column (right); see numpy.matmul.
  const { builder } = context;
  const left = rankA === 1 ? builder.add("Unsqueeze", [a, builder.integers([0])]) : a;
  const right = rankB === 1 ? builder.add("Unsqueeze", [b, builder.integers([1])]) : b;
  let incoming = g!;
  if (rankB === 1) incoming = builder.add("Unsqueeze", [incoming, builder.integers([-1])]);
  if (rankA === 1) incoming = builder.add("Unsqueeze", [incoming, builder.integers([-2])]);
  const [towardsA, towardsB] = gradientsOfProduct(context, incoming, { tensor: left, transposed: false }, { tensor: right, transposed: false }, 1);
  return [
    towardsA && rankA === 1 ? builder.add("Squeeze", [towardsA, builder.integers([0])]) : towardsA,
    towardsB && rankB === 1 ? builder.add("Squeeze", [towardsB, builder.integers([1])]) : towardsB,
  ];
};

/** onnxruntime's MatMul with transposition and a factor. */
export const fusedMatMul: GradientRule = (node, [g], context) => {
  const { attributes } = node;
  if (intAttribute(attributes, "transBatchA", 0) === 1 || intAttribute(attributes, "transBatchB", 0) === 1) {
    throw refuseGradient(node, "It transposes its batch.");
  }
  const a = { tensor: node.inputs[0], transposed: intAttribute(attributes, "transA", 0) === 1 };
  const b = { tensor: node.inputs[1], transposed: intAttribute(attributes, "transB", 0) === 1 };
  return gradientsOfProduct(context, g!, a, b, floatAttribute(attributes, "alpha", 1));
};

/** Y = alpha·op(A)·op(B) + beta·C. */
export const gemm: GradientRule = (node, [g], context) => {
  const { attributes } = node;
  const a = { tensor: node.inputs[0], transposed: intAttribute(attributes, "transA", 0) === 1 };
  const b = { tensor: node.inputs[1], transposed: intAttribute(attributes, "transB", 0) === 1 };
  const [towardsA, towardsB] = gradientsOfProduct(context, g!, a, b, floatAttribute(attributes, "alpha", 1));
  if (!node.inputs[2] || !context.wants(2)) return [towardsA, towardsB];
  const beta = floatAttribute(attributes, "beta", 1);
  const scaled = beta === 1 ? g! : context.builder.add("Mul", [g!, context.builder.scalar(beta)]);
  return [towardsA, towardsB, context.unbroadcast(scaled, node.inputs[2])];
};
