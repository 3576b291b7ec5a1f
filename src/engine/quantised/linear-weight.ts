import { int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { GraphNode } from "../graph/graph.js";
import { toFloat } from "./unpack.js";

/** The weight of DynamicQuantizeMatMul: W[k, n] = (q[k, n] − zero[n])·scale[n], or with one scale and zero for all. */
export interface LinearWeight {
  /** int8 or uint8 [K, N] */
  readonly values: string;
  readonly scale: string;
  readonly zeroPoint: string | undefined;
}

export function linearWeightOf({ inputs }: GraphNode): LinearWeight {
  return { values: inputs[1], scale: inputs[2], zeroPoint: inputs[3] || undefined };
}

/** W as float32 [K, N], by a node that onnxruntime does not fold: the float weight exists only while it is used. */
export function appendLinearDequantised(builder: GraphBuilder, { values, scale, zeroPoint }: LinearWeight): string {
  // One number that is wrapped into a vector counts as one for all.
  const plain = (tensor: string): string => (isSingle(builder, tensor) ? builder.add("Reshape", [tensor, builder.integers([])], { shape: [] }) : tensor);
  const inputs = [values, plain(scale), ...(zeroPoint ? [plain(zeroPoint)] : [])];
  return builder.add("DequantizeLinear", inputs, { attributes: { axis: int(1) }, shape: builder.graph.typeOf(values)?.shape });
}

/**
 * Some columns of W as rows, float32 [count, K]. Written with plain operators, so that onnxruntime computes them once,
 * when it opens the graph.
 */
export function appendLinearRows(builder: GraphBuilder, { values, scale, zeroPoint }: LinearWeight, columns: string): string {
  const pick = (tensor: string, axis: number): string => builder.add("Gather", [tensor, columns], { attributes: { axis: int(axis) } });
  const ofEach = (tensor: string): string => (isSingle(builder, tensor) ? builder.add("Reshape", [tensor, builder.integers([])], { shape: [] }) : pick(tensor, 0));
  const numbers = toFloat(builder, pick(values, 1));
  const centred = zeroPoint ? builder.add("Sub", [numbers, toFloat(builder, ofEach(zeroPoint))]) : numbers;
  return builder.add("Transpose", [builder.add("Mul", [centred, ofEach(scale)])], { attributes: { perm: ints([1, 0]) } });
}

function isSingle(builder: GraphBuilder, tensor: string): boolean {
  return builder.graph.typeOf(tensor)?.shape?.every((size) => size === 1) ?? false;
}
