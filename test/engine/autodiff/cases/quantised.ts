import { int } from "../../../../src/engine/graph/attribute.js";
import { absent, bytes, type CaseInput, float, type OperatorCase } from "../operator-case.js";

const scales = (shape: readonly number[]): CaseInput => float(shape, { low: 0.02, high: 0.1, constant: true });
const blocks = (N: number, K: number, bits: number, size = 16): OperatorCase["attributes"] => ({ N: int(N), K: int(K), bits: int(bits), block_size: int(size) });

/** Products with a weight of integers: the activations are floats, so that the operator itself can be differenced. */
export const quantisedCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  "com.microsoft:MatMulNBits": [
    { note: "4 bits, symmetric", inputs: [float([2, 32]), bytes([3, 2, 8]), scales([3, 2])], attributes: blocks(3, 32, 4) },
    { note: "a batch, flat scales", inputs: [float([2, 1, 32]), bytes([3, 2, 8]), scales([6])], attributes: blocks(3, 32, 4) },
    { note: "zero points", inputs: [float([2, 32]), bytes([3, 2, 8]), scales([3, 2]), bytes([3, 1])], attributes: blocks(3, 32, 4) },
    { note: "zero points of an odd number of blocks", inputs: [float([2, 16]), bytes([3, 1, 8]), scales([3, 1]), bytes([3, 1])], attributes: blocks(3, 16, 4) },
    { note: "zero points as floats", inputs: [float([2, 32]), bytes([3, 2, 8]), scales([3, 2]), float([3, 2], { low: 5, high: 9, constant: true })], attributes: blocks(3, 32, 4) },
    { note: "a last block that is not full", inputs: [float([2, 20]), bytes([3, 2, 8]), scales([3, 2])], attributes: blocks(3, 20, 4) },
    { note: "the same with zero points", inputs: [float([2, 20]), bytes([3, 2, 8]), scales([3, 2]), bytes([3, 1])], attributes: blocks(3, 20, 4) },
    { note: "8 bits", inputs: [float([2, 32]), bytes([3, 2, 16]), scales([3, 2]), absent], attributes: blocks(3, 32, 8) },
    { note: "8 bits with zero points", inputs: [float([2, 32]), bytes([3, 2, 16]), scales([3, 2]), bytes([3, 2])], attributes: blocks(3, 32, 8) },
  ],
};
