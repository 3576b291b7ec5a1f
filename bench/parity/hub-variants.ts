import { readdirSync } from "node:fs";
import path from "node:path";
import { worst } from "./compare.js";
import { withModel } from "./families.js";
import { compareGradients } from "./gradients.js";
import { compareLogProbabilities } from "./logits.js";
import { type GradientReference, readParityReference, referenceFolder } from "./reference.js";

/** Tiny random models in the hub's eight ONNX files, against PyTorch with the weights that each file's numbers stand for (scripts/reference/hub_variants.py). */

/** By the hub's name: the file below onnx/, and whether activations are rounded to 8 bits in it. */
export const hubVariants = {
  fp32: { file: "model.onnx", rounds: false },
  fp16: { file: "model_fp16.onnx", rounds: false },
  int8: { file: "model_int8.onnx", rounds: true },
  uint8: { file: "model_uint8.onnx", rounds: true },
  quantized: { file: "model_quantized.onnx", rounds: true },
  q4: { file: "model_q4.onnx", rounds: false },
  q4f16: { file: "model_q4f16.onnx", rounds: false },
  bnb4: { file: "model_bnb4.onnx", rounds: false },
} as const;
export type HubVariant = keyof typeof hubVariants;

/** Largest relative error of a gradient or loss where activations are rounded: of the size of 8 bits, amplified by narrow layers (docs/adr/0014). */
export const roundedLimit = 0.2;

export interface VariantParity {
  /** Largest |difference| of the log-probabilities over the vocabulary, activations unrounded; absent for an encoder's features. */
  readonly logProbabilities?: number;
  /** Largest relative error of a loss or gradient, activations unrounded. */
  readonly gradient: number;
  /** The same as it trains, where activations are rounded. */
  readonly rounded?: number;
  readonly cases: number;
  /** Of PyTorch's own float32, for comparison. */
  readonly own: { readonly logits: number; readonly gradient: number };
}

/** @param root folder of the repository */
export function variantFamilies(root: string): string[] {
  return readdirSync(path.join(referenceFolder(root), "hub-variants")).sort();
}

export async function variantParity(root: string, family: string, variant: HubVariant): Promise<VariantParity> {
  const place = path.join("hub-variants", family);
  const { file, rounds } = hubVariants[variant];
  const reference = readParityReference(root, path.join(place, variant));
  // An export of features has no other states than the last ones, and no pooler.
  const cases = reference.gradients.filter(({ head }) => head.kind !== "linear" || head.pooling !== "pooler");
  return withModel(path.join(referenceFolder(root), place, "onnx", file), async (backbone) => {
    const largest = async (compared: readonly GradientReference[], exact: boolean): Promise<number> =>
      worst((await compareGradients(backbone, reference, compared, exact)).flatMap(({ loss, gradients }) => [loss, ...Object.values(gradients)]));
    const logits = await compareLogProbabilities(backbone, reference.logits, rounds);
    return {
      logProbabilities: logits.length > 0 ? worst(logits.map(({ logProbabilities }) => logProbabilities)) : undefined,
      gradient: await largest(cases, rounds),
      rounded: rounds ? await largest(cases.filter(isSmooth), false) : undefined,
      cases: cases.length,
      own: {
        logits: worst(reference.logits.map(({ float32Error }) => float32Error)),
        gradient: worst(reference.gradients.flatMap(({ float32Error }) => Object.values(float32Error))),
      },
    };
  });
}

/** Where the rounding makes another row the largest, the maximum's gradient goes there. */
function isSmooth({ head }: GradientReference): boolean {
  return head.kind !== "linear" || head.pooling !== "max";
}
