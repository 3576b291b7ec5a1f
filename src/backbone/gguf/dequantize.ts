import { PromptTuningError } from "../../common/errors.js";
import { dequantizeMXFP4, dequantizeTQ1_0, dequantizeTQ2_0 } from "./dequantize-few-levels.js";
import { dequantizeIQ1_M, dequantizeIQ1_S } from "./dequantize-iq1.js";
import { dequantizeIQ2_S, dequantizeIQ2_XS, dequantizeIQ2_XXS } from "./dequantize-iq2.js";
import { dequantizeIQ3_S, dequantizeIQ3_XXS } from "./dequantize-iq3.js";
import { dequantizeIQ4_NL, dequantizeIQ4_XS } from "./dequantize-iq4.js";
import { dequantizeQ2_K, dequantizeQ3_K, dequantizeQ4_K, dequantizeQ5_K, dequantizeQ6_K } from "./dequantize-k.js";
import { dequantizeQ4_0, dequantizeQ4_1, dequantizeQ5_0, dequantizeQ5_1, dequantizeQ8_0 } from "./dequantize-legacy.js";
import { dequantizeBF16, dequantizeF16, dequantizeF32, type Dequantizer } from "./dequantize-plain.js";
import { ggmlTypeByName } from "./ggml-types.js";

const dequantizers = new Map<string, Dequantizer>([
  ["F32", dequantizeF32],
  ["F16", dequantizeF16],
  ["BF16", dequantizeBF16],
  ["Q8_0", dequantizeQ8_0],
  ["Q4_0", dequantizeQ4_0],
  ["Q4_1", dequantizeQ4_1],
  ["Q5_0", dequantizeQ5_0],
  ["Q5_1", dequantizeQ5_1],
  ["Q2_K", dequantizeQ2_K],
  ["Q3_K", dequantizeQ3_K],
  ["Q4_K", dequantizeQ4_K],
  ["Q5_K", dequantizeQ5_K],
  ["Q6_K", dequantizeQ6_K],
  ["IQ4_NL", dequantizeIQ4_NL],
  ["IQ4_XS", dequantizeIQ4_XS],
  ["IQ3_XXS", dequantizeIQ3_XXS],
  ["IQ3_S", dequantizeIQ3_S],
  ["IQ2_XXS", dequantizeIQ2_XXS],
  ["IQ2_XS", dequantizeIQ2_XS],
  ["IQ2_S", dequantizeIQ2_S],
  ["IQ1_S", dequantizeIQ1_S],
  ["IQ1_M", dequantizeIQ1_M],
  ["TQ1_0", dequantizeTQ1_0],
  ["TQ2_0", dequantizeTQ2_0],
  ["MXFP4", dequantizeMXFP4],
]);

/** Names of the ggml types that can be turned into floats. */
export const supportedGgmlTypes: readonly string[] = [...dequantizers.keys()];

/** Throws a PromptTuningError of kind "model" that names the tensor where its type cannot be dequantised. */
export function checkTypeSupported(type: string, tensorName: string, file?: string): void {
  if (dequantizers.has(type)) return;
  throw new PromptTuningError("model", `The tensor ${tensorName} is stored as ${type}, which is not supported.`, {
    reason: `Supported are ${supportedGgmlTypes.join(", ")}.`,
    advice: "Use a file of another quantisation of this model.",
    file,
  });
}

/**
 * Turns whole blocks of a ggml type into floats, bit for bit the values of ggml's own float32 arithmetic.
 * `bytes.length` must be a whole number of blocks and `target.length` the number of values in them.
 */
export function dequantizeInto(type: string, bytes: Uint8Array, target: Float32Array): void {
  checkTypeSupported(type, "(unnamed)");
  const { blockSize, blockBytes } = ggmlTypeByName(type);
  const blocks = bytes.length / blockBytes;
  if (!Number.isInteger(blocks) || blocks * blockSize !== target.length) {
    throw new RangeError(`${bytes.length} bytes of ${type} do not hold ${target.length} values.`);
  }
  dequantizers.get(type)!(bytes, target);
}
