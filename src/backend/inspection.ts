import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import path from "node:path";
import { z } from "zod";
import type { Backbone } from "../backbone/backbone.js";
import type { TensorValues } from "../engine/program.js";
import { faithfulnessCaution, hardenPrompt } from "../inspection/faithfulness.js";
import { nearestTokens } from "../inspection/nearest-tokens.js";
import { normDistribution, rowNorms } from "../inspection/norms.js";
import { type EvaluationMeasures, evaluationMeasuresSchema } from "../runs/events.js";
import type { RunFolder } from "../runs/run-folder.js";

const neighbourSchema = z.object({
  id: z.number(),
  /** The token made visible and harmless. */
  token: z.string(),
  cosine: z.number(),
  dot: z.number(),
  l2: z.number(),
});
export type Neighbour = z.infer<typeof neighbourSchema>;

/** What a learned prompt looks like beside the vocabulary. Kept with the run as inspection.json. */
export const inspectionSchema = z.object({
  virtualTokens: z.array(
    z.object({
      index: z.number(),
      norm: z.number(),
      /** The nearest tokens by each measure, nearest first. */
      cosine: z.array(neighbourSchema),
      dot: z.array(neighbourSchema),
      l2: z.array(neighbourSchema),
    }),
  ),
  /** Norms of the vocabulary's embeddings. */
  vocabularyNorms: z.object({
    count: z.number(),
    minimum: z.number(),
    maximum: z.number(),
    mean: z.number(),
    standardDeviation: z.number(),
    percentiles: z.array(z.object({ percent: z.number(), norm: z.number() })),
  }),
  /** What is left when every vector is replaced by its nearest token. */
  faithfulness: z
    .object({
      learned: evaluationMeasuresSchema,
      hardened: evaluationMeasuresSchema,
      /** The nearest tokens read as a text. */
      hardPrompt: z.string(),
      /** Whether typing that text gives the same tokens. */
      retokenizesAlike: z.boolean(),
      caution: z.string(),
    })
    .optional(),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export interface InspectOptions {
  /** Neighbours listed for each vector and measure. */
  readonly k?: number;
  readonly signal?: AbortSignal;
  readonly faithfulness?: {
    readonly evaluate: (values: TensorValues) => Promise<EvaluationMeasures>;
    /** The same measures with the prompt as it was learned. */
    readonly learned: EvaluationMeasures;
  };
}

export async function inspectPrompt({ backbone }: { readonly backbone: Backbone }, values: TensorValues, { k = 10, signal, faithfulness }: InspectOptions): Promise<Inspection> {
  const { embeddings, tokenizer } = backbone;
  const matrix = embeddings.matrix();
  const neighbours = await nearestTokens(values.prompt, { matrix, rows: embeddings.rows, width: embeddings.width }, { k, signal });
  const named = (list: readonly Omit<Neighbour, "token">[]): Neighbour[] => list.map(({ id, cosine, dot, l2 }) => ({ id, token: tokenizer.displayToken(id), cosine, dot, l2 }));
  const { percentiles, ...norms } = normDistribution(rowNorms(matrix, embeddings.width));
  return {
    virtualTokens: neighbours.map(({ norm, cosine, dot, l2 }, index) => ({ index, norm, cosine: named(cosine), dot: named(dot), l2: named(l2) })),
    vocabularyNorms: { ...norms, percentiles: [...percentiles] },
    ...(faithfulness ? { faithfulness: await measure(backbone, values, faithfulness, signal) } : {}),
  };
}

async function measure(backbone: Backbone, values: TensorValues, { evaluate, learned }: NonNullable<InspectOptions["faithfulness"]>, signal?: AbortSignal): Promise<NonNullable<Inspection["faithfulness"]>> {
  const hardened = await hardenPrompt(values.prompt, backbone, { signal });
  return {
    learned,
    hardened: await evaluate({ ...values, prompt: hardened.values }),
    hardPrompt: hardened.text,
    retokenizesAlike: hardened.retokenizesAlike,
    caution: faithfulnessCaution,
  };
}

const fileOf = (folder: RunFolder): string => path.join(folder.path, "inspection.json");

export async function writeInspection(folder: RunFolder, inspection: Inspection): Promise<void> {
  await writeFileAtomic(fileOf(folder), `${JSON.stringify(inspection, null, 1)}\n`);
}

/** The inspection kept with a finished run; undefined when there is none that can be read. */
export async function readInspection(folder: RunFolder): Promise<Inspection | undefined> {
  try {
    return inspectionSchema.safeParse(JSON.parse(await readFile(fileOf(folder), "utf8"))).data;
  } catch {
    return undefined;
  }
}
