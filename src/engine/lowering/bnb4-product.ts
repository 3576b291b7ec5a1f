import { contrib } from "../autodiff/rule.js";
import { int, intAttribute } from "../graph/attribute.js";
import { floatInitializer } from "../graph/initializer.js";
import { elementTypes } from "../graph/tensor-type.js";
import { unpackNibbles } from "../quantised/unpack.js";
import { type Lowering, refuseLowering } from "./lowering.js";

/** The numbers that 4 bits stand for, relative to the largest of their block: Dettmers et al. 2023 (QLoRA), appendix E. */
const normalFloat = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0,
  0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];
/** bitsandbytes' floats of a sign, two bits of exponent and one of fraction. */
const positiveFloat = [0, 5.208333333e-3, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25];
const float4 = [...positiveFloat, ...positiveFloat.map((value) => -value)];

/**
 * onnxruntime's MatMulBnb4: Y = X·Wᵀ with W [N, K] in blocks that run on from row to row. Its kernel dequantises the
 * whole weight at every use, so this is done once: onnxruntime folds the nodes below into a float weight when it opens
 * the graph, and both directions use that (docs/adr/0014).
 */
export const matMulBnb4: Lowering = (node, { builder, graph }) => {
  const [input, values, largest] = node.inputs;
  const [rows, columns, blockSize] = ["N", "K", "block_size"].map((name) => intAttribute(node.attributes, name, 0));
  if (!(rows > 0 && columns > 0 && blockSize > 0)) throw refuseLowering(node, "The size of its weight is not given.");
  if (intAttribute(node.attributes, "transB", 1) !== 1) throw refuseLowering(node, "Its weight is not stored transposed.");
  const count = rows * columns;
  const blocks = Math.ceil(count / blockSize);
  const kind = intAttribute(node.attributes, "quant_type", 1) === 1 ? "normal" : "float";
  const table = builder.initializer(floatInitializer(`quantised/bnb4/${kind}`, [16], kind === "normal" ? normalFloat : float4));

  const stored = graph.typeOf(values)?.shape?.[0];
  if (typeof stored !== "number" || stored * 2 < count) throw refuseLowering(node, "Its weight is shorter than its shape needs.");
  const padded = stored * 2;
  const indices = builder.add("Cast", [unpackNibbles(builder, values, "high-first", [padded])], { attributes: { to: int(elementTypes.int32) } });
  const relative = builder.add("Gather", [table, indices], { attributes: { axis: int(0) }, shape: [padded] });
  const scales = builder.add("Reshape", [builder.add("Expand", [builder.add("Reshape", [largest, builder.integers([blocks, 1])]), builder.integers([blocks, blockSize])]), builder.integers([blocks * blockSize])]);
  const first = (tensor: string): string => builder.add("Slice", [tensor, builder.integers([0]), builder.integers([count]), builder.integers([0])], { shape: [count] });
  const weight = builder.add("Reshape", [builder.add("Mul", [first(relative), first(scales)]), builder.integers([rows, columns])], { shape: [rows, columns] });
  return [builder.add("FusedMatMul", [input, weight], { domain: contrib, attributes: { transB: int(1) } })];
};
