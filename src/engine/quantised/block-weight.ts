import { int, intAttribute } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import type { ElementType } from "../graph/tensor-type.js";
import { toFloat, unpackNibbles } from "./unpack.js";

/**
 * The weight of onnxruntime's MatMulNBits: W[n, k] = (q[n, k] − zero[n, k / blockSize])·scale[n, k / blockSize], its
 * rows padded to whole blocks.
 */
export interface BlockWeight {
  /** uint8 [rows, blocks, bytes a block]; of 4 bits the lower half of a byte comes first. */
  readonly values: string;
  /** [rows, blocks], flat in older files. */
  readonly scales: string;
  /** Packed as the values, each row padded to whole bytes; or floating [rows, blocks]. The middle (8 or 128) when absent. */
  readonly zeroPoints: string | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly bits: 4 | 8;
  readonly blockSize: number;
}

export function blockWeightOf({ inputs, attributes }: GraphNode): BlockWeight {
  return {
    values: inputs[1],
    scales: inputs[2],
    zeroPoints: inputs[3] || undefined,
    rows: intAttribute(attributes, "N", 0),
    columns: intAttribute(attributes, "K", 0),
    bits: intAttribute(attributes, "bits", 4) as 4 | 8,
    blockSize: intAttribute(attributes, "block_size", 0),
  };
}

const blocksOf = ({ columns, blockSize }: BlockWeight): number => Math.ceil(columns / blockSize);

/**
 * W as float32 [rows, columns], exactly. Where the bytes allow it, by DequantizeLinear on the same bytes read as ONNX's
 * own 4-bit type: onnxruntime does not fold that node, so the float weight exists only while it is used.
 */
export function appendDequantised(builder: GraphBuilder, weight: BlockWeight): string {
  const blocks = blocksOf(weight);
  const { graph } = builder;
  const padded = [weight.rows, blocks * weight.blockSize];
  const values = graph.initializers.get(weight.values);
  const zeroPoints = values && zeroPointsAsOnnx(graph, builder, weight);
  if (!values || !zeroPoints) return appendUnpacked(builder, weight);
  const stored = view(builder, values, weight.bits === 4 ? "uint4" : "uint8", padded);
  const scales = builder.add("Reshape", [weight.scales, builder.integers([weight.rows, blocks])], { shape: [weight.rows, blocks] });
  const whole = builder.add("DequantizeLinear", [stored, scales, zeroPoints], { attributes: { axis: int(1), block_size: int(weight.blockSize) }, shape: padded });
  return trimmed(builder, whole, weight);
}

/** The same bytes under another type. */
function view(builder: GraphBuilder, { name, data }: Initializer, elementType: ElementType, shape: readonly number[]): string {
  return builder.initializer({ name: `quantised/${elementType}/${name}`, elementType, shape, data });
}

/** Zero points [rows, blocks] in the type of the values; undefined where the file keeps them in another form. */
function zeroPointsAsOnnx(graph: Graph, builder: GraphBuilder, { zeroPoints, rows, bits, ...weight }: BlockWeight): string | undefined {
  const blocks = blocksOf({ zeroPoints, rows, bits, ...weight });
  const elementType = bits === 4 ? "uint4" : "uint8";
  if (zeroPoints === undefined) {
    const middle = bits === 4 ? 0x88 : 0x80;
    const data = new Uint8Array(Math.ceil((rows * blocks * bits) / 8)).fill(middle);
    return builder.initializer({ name: `quantised/middle/${rows}x${blocks}x${bits}`, elementType, shape: [rows, blocks], data });
  }
  const given = graph.initializers.get(zeroPoints);
  // An odd number of blocks leaves half a byte unused at the end of each row, which ONNX's type does not know.
  if (!given || given.elementType !== "uint8" || (bits === 4 && blocks % 2 === 1)) return undefined;
  return view(builder, given, elementType, [rows, blocks]);
}

/** The same written with plain operators: for weights that are computed (chosen rows) or stored in another form. */
export function appendUnpacked(builder: GraphBuilder, weight: BlockWeight): string {
  const { rows, bits, blockSize, values, scales, zeroPoints } = weight;
  const blocks = blocksOf(weight);
  const byBlock = [rows, blocks, blockSize];
  const asBlocks = (tensor: string): string => builder.add("Reshape", [tensor, builder.integers([rows, blocks, 1])], { shape: [rows, blocks, 1] });
  const numbers = bits === 4 ? unpackNibbles(builder, values, "low-first", byBlock) : builder.add("Reshape", [values, builder.integers(byBlock)], { shape: byBlock });
  const centred = builder.add("Sub", [toFloat(builder, numbers), zeroPoints === undefined ? builder.scalar(bits === 4 ? 8 : 128) : asBlocks(unpackedZeroPoints(builder, weight, zeroPoints))]);
  const scaled = builder.add("Mul", [centred, asBlocks(scales)], { shape: byBlock });
  return trimmed(builder, builder.add("Reshape", [scaled, builder.integers([rows, blocks * blockSize])], { shape: [rows, blocks * blockSize] }), weight);
}

function unpackedZeroPoints(builder: GraphBuilder, weight: BlockWeight, zeroPoints: string): string {
  if (builder.graph.typeOf(zeroPoints)?.elementType !== "uint8") return zeroPoints;
  if (weight.bits === 8) return toFloat(builder, zeroPoints);
  const blocks = blocksOf(weight);
  const whole = unpackNibbles(builder, zeroPoints, "low-first", [weight.rows, blocks + (blocks % 2)]);
  return toFloat(builder, builder.add("Slice", [whole, builder.integers([0]), builder.integers([blocks]), builder.integers([1])]));
}

/** Cuts the padding of the last block off. */
function trimmed(builder: GraphBuilder, tensor: string, weight: BlockWeight): string {
  if (blocksOf(weight) * weight.blockSize === weight.columns) return tensor;
  return builder.add("Slice", [tensor, builder.integers([0]), builder.integers([weight.columns]), builder.integers([1])], { shape: [weight.rows, weight.columns] });
}

/** Some rows of W as float32 [count, columns]; onnxruntime computes them once, when it opens the graph. */
export function appendRows(builder: GraphBuilder, weight: BlockWeight, rows: string, count: number): string {
  const pick = (tensor: string, sizes: readonly number[]): string => {
    const byRow = builder.add("Reshape", [tensor, builder.integers([weight.rows, ...sizes])], { shape: [weight.rows, ...sizes] });
    return builder.add("Gather", [byRow, rows], { attributes: { axis: int(0) } });
  };
  const zeroPoints = weight.zeroPoints && pick(weight.zeroPoints, [-1]);
  return appendUnpacked(builder, { ...weight, values: pick(weight.values, [-1]), scales: pick(weight.scales, [blocksOf(weight)]), zeroPoints, rows: count });
}
