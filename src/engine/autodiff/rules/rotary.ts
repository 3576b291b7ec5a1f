import { contrib, type GradientRule } from "../rule.js";

/** A rotation's transpose is the rotation by the negative angle: the same operator with −sin (Su et al. 2021, section 3.2). */
export const rotaryEmbedding: GradientRule = (node, [g], { builder }) => {
  const [, positions, cosine, sine] = node.inputs;
  const turned = builder.add("Neg", [sine]);
  return [builder.add("RotaryEmbedding", [g!, positions, cosine, turned], { domain: contrib, attributes: node.attributes })];
};

/** The same of ONNX's own operator (since opset 23), which takes the positions last. */
export const standardRotaryEmbedding: GradientRule = (node, [g], { builder }) => {
  const [, cosine, sine, ...positions] = node.inputs;
  return [builder.add("RotaryEmbedding", [g!, cosine, builder.add("Neg", [sine]), ...positions], { attributes: node.attributes })];
};
