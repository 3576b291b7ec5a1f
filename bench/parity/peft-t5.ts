import path from "node:path";
import { z } from "zod";
import { readSoftPrompt } from "../../src/adapter/read-prompt.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import { worst } from "./compare.js";
import { withModel } from "./families.js";
import { referenceFolder } from "./reference.js";

/** What scripts/reference/peft_t5.py writes: PEFT's answers with a soft prompt on the tiny Flan-T5. */
export const peftAnswerSchema = z.object({
  virtualTokens: z.int(),
  /** num_transformer_submodules */
  parts: z.int(),
  sequences: z.array(z.object({ ids: z.array(z.int().min(0)), logits: z.array(z.number()), generated: z.array(z.int()) })),
});
export type PeftAnswer = z.infer<typeof peftAnswerSchema>;

export interface PeftComparison {
  /** Largest |difference| of the log-probabilities of the answer's first token. */
  readonly logProbabilities: number;
  /** Texts whose greedy answer is PEFT's. */
  readonly answers: { readonly equal: number; readonly of: number };
}

/** Folder of the tiny Flan-T5. @param root folder of the repository */
export function tinyFlanT5(root: string): string {
  return path.join(referenceFolder(root), "encoder-decoders", "flan-t5", "folder");
}

/** The prompt of an adapter folder here, in front of the texts, against PEFT's answers with it. */
export function compareWithPeft(root: string, adapter: string, answer: PeftAnswer): Promise<PeftComparison> {
  return withModel(tinyFlanT5(root), (backbone) => compareOn(backbone, adapter, answer));
}

async function compareOn(backbone: Backbone, adapter: string, { virtualTokens, sequences }: PeftAnswer): Promise<PeftComparison> {
  const { prompt, virtualTokens: found } = readSoftPrompt(adapter);
  if (found !== virtualTokens) throw new Error(`The adapter has ${found} virtual tokens here and ${virtualTokens} in PEFT.`);
  const program = await backbone.createProgram({ virtualTokens, head: { kind: "vocabulary" } });
  const differences: number[] = [];
  let equal = 0;
  for (const { ids, logits, generated } of sequences) {
    const tokens = Int32Array.from([...new Array<number>(virtualTokens).fill(-1), ...ids]);
    const sequence = { tokens, virtualTokens: tokens.map((_, i) => (i < virtualTokens ? i : -1)), scored: [{ row: tokens.length - 1, target: 0 }] };
    const [[scores]] = (await program.score([sequence], { prompt })).logProbabilities;
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    differences.push(...logits.map((logit, id) => Math.abs(logit - total - scores[id])));
    const made = await program.generate({ ...sequence, scored: [] }, { prompt }, { maxNewTokens: generated.length, stopTokenIds: [] });
    equal += Number(made.length === generated.length && made.every((id, i) => id === generated[i]));
  }
  return { logProbabilities: worst(differences), answers: { equal, of: sequences.length } };
}
