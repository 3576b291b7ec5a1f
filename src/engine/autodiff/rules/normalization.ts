import { floatAttribute, int } from "../../graph/attribute.js";
import { PromptTuningError } from "../../../common/errors.js";
import type { GradientRule } from "../rule.js";

/**
 * Root-mean-square normalisation over the last axis (Zhang & Sennrich 2019, equation 4): y = x·r·w with
 * r = 1/√(mean(x²) + ε). With u = g⊙w: dx = r·u − x·r³·mean(u⊙x).
 */
export const simplifiedLayerNormalization: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [x, weight] = node.inputs;
  if (context.wants(1)) {
    throw new PromptTuningError("operator", `The weight of the normalisation "${node.name}" cannot be trained.`, {
      advice: "Only what a method inserts is trained; the backbone stays frozen.",
    });
  }
  const width = context.typeOf(weight)?.shape?.[0];
  if (typeof width !== "number") {
    throw new PromptTuningError("operator", `The width of the normalisation "${node.name}" is not known.`, {
      advice: "Export the model with shape information (torch.onnx does).",
    });
  }
  // The forward node gives r as its second output when asked.
  if (!node.outputs[1]) {
    node.outputs[1] = `${node.outputs[0]}.inverseRoot`;
    const shape = context.typeOf(x)?.shape;
    context.graph.types.set(node.outputs[1], { elementType: "float32", shape: shape && [...shape.slice(0, -1), 1] });
  }
  const inverseRoot = node.outputs[1];
  const weighted = builder.add("Mul", [g!, weight]);
  const dot = builder.add("ReduceSum", [builder.add("Mul", [weighted, x]), builder.integers([-1])], { attributes: { keepdims: int(1) } });
  const cubed = builder.add("Mul", [builder.add("Mul", [inverseRoot, inverseRoot]), inverseRoot]);
  const coefficient = builder.add("Mul", [builder.add("Mul", [dot, cubed]), builder.scalar(1 / width)]);
  return [builder.add("Sub", [builder.add("Mul", [weighted, inverseRoot]), builder.add("Mul", [x, coefficient])])];
};

/**
 * Layer normalisation over the last axis (Ba et al. 2016). With r the inverse standard deviation, x̂ = (x − mean)·r
 * and u = g⊙w: dx = r·(u − mean(u) − x̂·mean(u⊙x̂)).
 */
export const layerNormalization: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [x, weight] = node.inputs;
  const width = context.typeOf(weight)?.shape?.[0];
  if (typeof width !== "number" || context.wants(1) || context.wants(2)) {
    throw new PromptTuningError("operator", `The layer normalisation "${node.name}" cannot be differentiated.`, {
      reason: typeof width === "number" ? "Its weights would have to be trained." : "Its width is not known.",
      advice: "Export the model with shape information (torch.onnx does).",
    });
  }
  const keep = { attributes: { keepdims: int(1) } };
  const last = builder.integers([-1]);
  const mean = (tensor: string): string => builder.add("Mul", [builder.add("ReduceSum", [tensor, last], keep), builder.scalar(1 / width)]);
  const centred = builder.add("Sub", [x, mean(x)]);
  const variance = mean(builder.add("Mul", [centred, centred]));
  const epsilon = builder.scalar(floatAttribute(node.attributes, "epsilon", 1e-5));
  const inverse = builder.add("Reciprocal", [builder.add("Sqrt", [builder.add("Add", [variance, epsilon])])]);
  const normalized = builder.add("Mul", [centred, inverse]);
  const weighted = builder.add("Mul", [g!, weight]);
  const along = builder.add("Mul", [normalized, mean(builder.add("Mul", [weighted, normalized]))]);
  const inner = builder.add("Sub", [builder.add("Sub", [weighted, mean(weighted)]), along]);
  return [builder.add("Mul", [inner, inverse])];
};
