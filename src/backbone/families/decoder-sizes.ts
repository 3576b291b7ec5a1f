import { z } from "zod";
import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { rotaryTable, type RotaryOptions } from "./rotary-table.js";
import type { Family } from "./family.js";

const size = (most: number) => z.int().min(1).max(most);
const positive = z.number().positive().max(1e9);

/** What a decoder's file must tell, whatever its format. The bounds keep what is allocated for a hostile file small. */
export const decoderFactsSchema = z.object({
  hiddenSize: size(1 << 20),
  layers: size(4096),
  attentionHeads: size(4096),
  keyValueHeads: size(4096),
  headSize: size(1 << 16),
  feedForwardSize: size(1 << 22),
  contextLength: size(1 << 30),
  normEpsilon: z.number().positive().max(1),
  vocabularySize: size(1 << 24),
  tiedEmbeddings: z.boolean(),
  attentionSoftCap: positive.optional(),
  outputSoftCap: positive.optional(),
  /** Absent where every layer sees everything. */
  window: size(1 << 30).optional(),
});
export type DecoderFacts = z.infer<typeof decoderFactsSchema>;

export interface DecoderParts {
  readonly family: Family;
  readonly facts: DecoderFacts;
  /** Rotary embeddings of the layers that see everything, and of those with a window where they differ. */
  readonly rotary: { readonly whole: RotaryOptions; readonly window?: RotaryOptions };
  /** By layer, where the file lists it. */
  readonly windowed?: readonly boolean[];
  /** 1/√headSize unless told. */
  readonly attentionScale?: number;
}

/** Puts the parts together. */
export function decoderConfiguration({ family, facts, rotary, windowed, attentionScale }: DecoderParts): DecoderConfiguration {
  const isWindowed = (layer: number): boolean => facts.window !== undefined && (windowed ? windowed[layer] : windowedByFamily(family, layer));
  const separate = rotary.window !== undefined;
  return {
    ...family.architecture,
    ...facts,
    embeddingScale: family.scaledEmbeddings ? Math.fround(Math.sqrt(facts.hiddenSize)) : 1,
    attentionScale: attentionScale ?? 1 / Math.sqrt(facts.headSize),
    rotaryTables: [rotaryTable(rotary.whole), ...(rotary.window ? [rotaryTable(rotary.window)] : [])],
    layerKinds: Array.from({ length: facts.layers }, (_, layer) => ({ windowed: isWindowed(layer), rotary: separate && isWindowed(layer) ? 1 : 0 })),
  };
}

function windowedByFamily({ windowedLayers }: Family, layer: number): boolean {
  if (typeof windowedLayers === "string") return windowedLayers === "all";
  return (layer + 1) % windowedLayers.wholeEvery !== 0;
}

/** What cannot be, in words; undefined where the sizes fit together. */
export function impossibleSizes({ attentionHeads, keyValueHeads, headSize }: DecoderFacts, rotated: number): string | undefined {
  if (attentionHeads % keyValueHeads !== 0) return `${attentionHeads} attention heads cannot share ${keyValueHeads} key–value heads evenly.`;
  if (!Number.isInteger(rotated) || rotated < 2 || rotated % 2 !== 0 || rotated > headSize) return `Of a head of ${headSize} values, ${rotated} cannot be rotated in pairs.`;
  return undefined;
}
