import { readdirSync } from "node:fs";
import path from "node:path";
import type { Backbone } from "../../src/backbone/backbone.js";
import { worst } from "./compare.js";
import { withModel } from "./families.js";
import { compareGradients } from "./gradients.js";
import { compareLogProbabilities } from "./logits.js";
import { type GradientReference, type ParityReference, readParityReference, referenceFolder } from "./reference.js";

/** The tiny random encoders that scripts/reference/encoders.py made, against PyTorch's values. */

/** By format: where the model lies beside its references, and which heads it has what they read for. */
export const encoderFormats = {
  safetensors: { place: "folder", reads: () => true },
  // The export ends with the masked-LM head: there are no other hidden states than those within it.
  "onnx fill-mask": { place: "onnx", reads: ({ head }: GradientReference) => head.kind !== "linear" },
  "onnx features": { place: "onnx-features", reads: ({ head }: GradientReference) => head.kind === "linear" && head.pooling !== "pooler" },
} as const;
export type EncoderFormat = keyof typeof encoderFormats;

export interface EncoderParity {
  /** Largest |difference| of the log-probabilities over the vocabulary at the mask and elsewhere; absent without a masked-LM head. */
  readonly logProbabilities?: number;
  /** Largest relative error of a loss, or of a gradient by the soft prompt or the light head. */
  readonly gradient: number;
  readonly cases: number;
  /** Of PyTorch's own float32, for comparison. */
  readonly own: { readonly logits: number; readonly gradient: number };
}

/** @param root folder of the repository */
export function encoderNames(root: string): string[] {
  return readdirSync(path.join(referenceFolder(root), "encoders")).sort();
}

export async function encoderParity(root: string, family: string, format: EncoderFormat): Promise<EncoderParity> {
  const { place, reads } = encoderFormats[format];
  const reference = readParityReference(root, path.join("encoders", family, "reference"));
  return withEncoder(root, family, place, (backbone) => parityOfEncoder(backbone, { ...reference, gradients: reference.gradients.filter(reads) }));
}

export function withEncoder<T>(root: string, family: string, place: string, work: (backbone: Backbone) => Promise<T>): Promise<T> {
  return withModel(path.join(referenceFolder(root), "encoders", family, place), work);
}

export async function parityOfEncoder(backbone: Backbone, reference: ParityReference): Promise<EncoderParity> {
  const logits = backbone.description.encoder?.scoresWords ? await compareLogProbabilities(backbone, reference.logits) : [];
  const gradients = await compareGradients(backbone, reference);
  return {
    logProbabilities: logits.length > 0 ? worst(logits.map(({ logProbabilities }) => logProbabilities)) : undefined,
    gradient: worst(gradients.flatMap(({ loss, gradients: by }) => [loss, ...Object.values(by)])),
    cases: gradients.length,
    own: {
      logits: worst(reference.logits.map(({ float32Error }) => float32Error)),
      gradient: worst(reference.gradients.flatMap(({ float32Error }) => Object.values(float32Error))),
    },
  };
}
