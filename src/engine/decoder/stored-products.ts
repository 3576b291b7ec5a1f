import { giveOwnRule } from "../autodiff/own-rule.js";
import { contrib } from "../autodiff/rule.js";
import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";

/** Names of the parts of a matrix that is kept in its file's blocks. */
export function storedNames(weight: string): { readonly values: string; readonly scales: string; readonly offsets: string } {
  return { values: `${weight}.values`, scales: `${weight}.block_scales`, offsets: `${weight}.block_offsets` };
}

export const isStoredPart = (name: string): boolean => name.endsWith(".block_scales");

export function isStored({ graph }: GraphBuilder, weight: string): boolean {
  return graph.initializers.has(storedNames(weight).values);
}

/**
 * x·Wᵀ with W [output, input] kept in blocks of 4 or 8 bits. The floats of W exist only while they are used: they are
 * computed for the product, and once more for its gradient.
 * @param input [rows, input]
 */
export function storedProduct(builder: GraphBuilder, input: string, weight: string, shape: readonly Dimension[]): string {
  const product = builder.add("FusedMatMul", [input, appendFloats(builder, weight, input)], { domain: contrib, attributes: { transB: int(1) }, shape });
  giveOwnRule(builder.graph.producerOf(product)!, (node, [g], { builder: backward, typeOf }) => [backward.add("MatMul", [g!, appendFloats(backward, weight, g!)], { shape: typeOf(node.inputs[0])?.shape })]);
  return product;
}

/**
 * W [output, input] = scale·q + offset, not before `when` is there. Without that onnxruntime would compute the floats of
 * all matrices first, for they depend on constants only.
 * @param when any tensor with rows
 */
function appendFloats(builder: GraphBuilder, weight: string, when: string): string {
  const { graph } = builder;
  const names = storedNames(weight);
  const shape = graph.initializers.get(names.values)!.shape;
  const blocks = graph.initializers.get(names.scales)!.shape[1];
  const blockSize = shape[1] / blocks;
  const scaled = builder.add("DequantizeLinear", [names.values, builder.add("Reshape", [names.scales, notBefore(builder, when, [shape[0], blocks])])], { attributes: { axis: int(1), block_size: int(blockSize) }, shape });
  if (!graph.initializers.has(names.offsets)) return scaled;
  const byBlock = builder.add("Reshape", [scaled, builder.integers([shape[0], blocks, blockSize])], { shape: [shape[0], blocks, blockSize] });
  const offsets = builder.add("Unsqueeze", [names.offsets, builder.integers([2])], { shape: [shape[0], blocks, 1] });
  return builder.add("Reshape", [builder.add("Add", [byBlock, offsets], { shape: [shape[0], blocks, blockSize] }), builder.integers(shape as number[])], { shape });
}

/** The given sizes, as a vector that onnxruntime cannot know before `when` is computed. */
function notBefore(builder: GraphBuilder, when: string, sizes: readonly number[]): string {
  const rows = builder.add("Shape", [when], { attributes: { start: int(0), end: int(1) } });
  return builder.add("Add", [builder.add("Mul", [rows, builder.integers([0])]), builder.integers(sizes)]);
}
