import { int, text } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import { elementTypes } from "../graph/tensor-type.js";

/** Which half of a byte holds the earlier of its two numbers. */
export type NibbleOrder = "low-first" | "high-first";

function byte(builder: GraphBuilder, value: number): string {
  return builder.initializer({ name: `quantised/byte:${value}`, elementType: "uint8", shape: [], data: Uint8Array.of(value) });
}

/**
 * Splits every byte of a uint8 tensor into two numbers of 4 bits and lays them out as `shape`. Written with plain
 * operators, so that onnxruntime computes it once from constants when it opens the graph.
 */
export function unpackNibbles(builder: GraphBuilder, bytes: string, order: NibbleOrder, shape: readonly number[]): string {
  const column = (tensor: string): string => builder.add("Reshape", [tensor, builder.integers([-1, 1])], { shape: [undefined, 1] });
  const low = column(builder.add("BitwiseAnd", [bytes, byte(builder, 15)]));
  const high = column(builder.add("BitShift", [bytes, byte(builder, 4)], { attributes: { direction: text("RIGHT") } }));
  const pairs = builder.add("Concat", order === "low-first" ? [low, high] : [high, low], { attributes: { axis: int(1) }, shape: [undefined, 2] });
  return builder.add("Reshape", [pairs, builder.integers(shape)], { shape });
}

export function toFloat(builder: GraphBuilder, tensor: string): string {
  return builder.add("Cast", [tensor], { attributes: { to: int(elementTypes.float32) } });
}
