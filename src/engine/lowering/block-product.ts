import { int, intAttribute } from "../graph/attribute.js";
import { type Lowering, refuseLowering } from "./lowering.js";

/**
 * onnxruntime's MatMulNBits in the one form that has a gradient rule: float32 activations, no bias. Its accuracy_level
 * only permits the kernel to round activations; without it the product is that with the dequantised weight, exactly.
 */
export const matMulNBits: Lowering = (node, { builder, graph }) => {
  const [input, values, scales, zeroPoints, order, bias] = node.inputs;
  const [bits, rows, columns, blockSize] = ["bits", "N", "K", "block_size"].map((name) => intAttribute(node.attributes, name, name === "bits" ? 4 : 0));
  if (bits !== 4 && bits !== 8) throw refuseLowering(node, `Its weight is quantised to ${bits} bits; 4 and 8 are supported.`);
  if (order) throw refuseLowering(node, "Its weight is stored in another order of columns (g_idx).");
  if (!(rows > 0 && columns > 0 && blockSize > 0)) throw refuseLowering(node, "The size of its weight is not given.");
  const shape = graph.typeOf(input)?.shape;
  const product = builder.add("MatMulNBits", [input, values, scales, ...(zeroPoints ? [zeroPoints] : [])], {
    domain: node.domain,
    attributes: { K: int(columns), N: int(rows), bits: int(bits), block_size: int(blockSize) },
    ...(shape ? { shape: [...shape.slice(0, -1), rows] } : {}),
  });
  return [bias ? builder.add("Add", [product, bias]) : product];
};
