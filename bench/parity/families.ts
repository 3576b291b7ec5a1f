import { mkdtemp, rm } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Backbone } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";
import { worst } from "./compare.js";
import { compareGradients } from "./gradients.js";
import { compareLogProbabilities } from "./logits.js";
import { type ParityReference, readParityReference, referenceFolder } from "./reference.js";

/** The tiny random models that scripts/reference/families.py and encoder_decoders.py made, against PyTorch's values. */

export const kinds = ["families", "encoder-decoders"] as const;
/** Folder of the references: decoders, or encoder-decoders. */
export type Kind = (typeof kinds)[number];

export const formats = { gguf: "model.gguf", safetensors: "folder" } as const;
export type Format = keyof typeof formats;

export interface FamilyParity {
  /** Largest |difference| of the log-probabilities over the vocabulary. */
  readonly logProbabilities: number;
  /** Largest relative error of a loss or of a gradient by the soft prompt. */
  readonly gradient: number;
  /** Of PyTorch's own float32, for comparison. */
  readonly own: { readonly logits: number; readonly gradient: number };
  readonly greedy: { readonly equal: number; readonly of: number };
}

/** Families that there are references of. @param root folder of the repository */
export function familyNames(root: string, kind: Kind = "families"): string[] {
  return readdirSync(path.join(referenceFolder(root), kind)).sort();
}

/** The formats that a family's tiny model was written in. */
export function formatsOf(root: string, family: string, kind: Kind): Format[] {
  return (Object.keys(formats) as Format[]).filter((format) => existsSync(path.join(referenceFolder(root), kind, family, formats[format])));
}

export async function familyParity(root: string, family: string, format: Format, kind: Kind = "families"): Promise<FamilyParity> {
  const reference = readParityReference(root, path.join(kind, family, "reference"));
  return withFamily(root, family, format, (backbone) => parityWith(backbone, reference), kind);
}

/** All of a reference's values in one line's figures. */
export async function parityWith(backbone: Backbone, reference: ParityReference): Promise<FamilyParity> {
  const logits = await compareLogProbabilities(backbone, reference.logits);
  const gradients = await compareGradients(backbone, reference);
  const continued = logits.flatMap(({ greedy }) => (greedy ? [greedy] : []));
  return {
    logProbabilities: worst(logits.map(({ logProbabilities }) => logProbabilities)),
    gradient: worst(gradients.flatMap(({ loss, gradients: by }) => [loss, ...Object.values(by)])),
    own: {
      logits: worst(reference.logits.map(({ float32Error }) => float32Error)),
      gradient: worst(reference.gradients.flatMap(({ float32Error }) => Object.values(float32Error))),
    },
    greedy: { equal: continued.reduce((sum, { equal }) => sum + equal, 0), of: continued.reduce((sum, { of }) => sum + of, 0) },
  };
}

/** Opens one of the tiny models in a cache of its own and removes it afterwards. */
export function withFamily<T>(root: string, family: string, format: Format, work: (backbone: Backbone) => Promise<T>, kind: Kind = "families"): Promise<T> {
  return withModel(path.join(referenceFolder(root), kind, family, formats[format]), work);
}

/** Opens a model in a cache of its own and removes that afterwards. @param place a model's file or folder */
export async function withModel<T>(place: string, work: (backbone: Backbone) => Promise<T>): Promise<T> {
  const cache = await mkdtemp(path.join(tmpdir(), "ptune-family-"));
  try {
    const files = await resolveModelSource({ path: place }, path.dirname(place)).fetch();
    const backbone = await openBackbone(files, { cache });
    try {
      return await work(backbone);
    } finally {
      await backbone.dispose();
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}
