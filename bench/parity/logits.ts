import type { Backbone } from "../../src/backbone/backbone.js";
import type { Sequence } from "../../src/engine/program.js";
import { largestDifference, worst } from "./compare.js";
import { createCompared } from "./gradients.js";
import type { LogitReference } from "./reference.js";

export interface LogProbabilityComparison {
  readonly name: string;
  readonly tokens: number;
  readonly positions: number;
  /** Logits compared. */
  readonly compared: number;
  /** Largest |difference| of the log-probabilities over the whole vocabulary. */
  readonly logProbabilities: number;
  /** How many tokens of the greedy continuation agree, where the reference has one. */
  readonly greedy?: { readonly equal: number; readonly of: number };
}

export interface LogitComparison extends LogProbabilityComparison {
  /** Largest |difference| of the logits, over positions and vocabulary entries. */
  readonly logits: number;
}

/**
 * Compares a backbone's logits with reference values. A program gives log-probabilities; the logits themselves are
 * read through a light head whose rows are rows of the embedding matrix (the output matrix of the model) and a row of
 * zeros, whose logit is 0: logit(v) = log p(v) − log p(zeros).
 */
export async function compareLogits(backbone: Backbone, references: readonly LogitReference[]): Promise<LogitComparison[]> {
  const results: LogitComparison[] = [];
  for (const comparison of await compareLogProbabilities(backbone, references)) {
    const { ids, positions } = references.find(({ name }) => name === comparison.name)!;
    const differences: number[] = [];
    for (const reference of positions) differences.push(await logitDifference(backbone, sequenceOf(ids, []), reference));
    results.push({ ...comparison, logits: worst(differences) });
  }
  return results;
}

function sequenceOf(ids: Int32Array, rows: readonly number[]): Sequence {
  return { tokens: ids, virtualTokens: new Int32Array(ids.length).fill(-1), scored: rows.map((row) => ({ row, target: 0 })) };
}

/**
 * The same of the log-probabilities alone: for models whose output matrix is not the table that texts are embedded with.
 * @param exact without the rounding of activations that a quantised export does
 */
export async function compareLogProbabilities(backbone: Backbone, references: readonly LogitReference[], exact = false): Promise<LogProbabilityComparison[]> {
  if (references.length === 0) return [];
  const vocabulary = await createCompared(backbone, { virtualTokens: 0, head: { kind: "vocabulary" } }, exact);
  const results: LogProbabilityComparison[] = [];
  for (const { name, ids, answerStart, positions, greedy } of references) {
    const sequence = { ...sequenceOf(ids, positions.map(({ position }) => position)), answerStart };
    const [found] = (await vocabulary.score([sequence], {})).logProbabilities;
    const logProbabilities = worst(positions.flatMap(({ tokenIds, logits, logSumExp }, i) => Array.from(tokenIds, (id, k) => Math.abs(found[i][id] - (logits[k] - logSumExp)))));
    const made = greedy && (await vocabulary.generate({ ...sequence, scored: [] }, {}, { maxNewTokens: greedy.length, stopTokenIds: [] }));
    results.push({
      name,
      tokens: ids.length,
      positions: positions.length,
      compared: positions.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
      logProbabilities,
      greedy: greedy && made && { equal: firstDifference(greedy, made), of: greedy.length },
    });
  }
  await vocabulary.dispose();
  return results;
}

async function logitDifference(backbone: Backbone, sequence: Sequence, { position, tokenIds, logits }: LogitReference["positions"][number]): Promise<number> {
  return largestDifference(await readLogits(backbone, { ...sequence, scored: [{ row: position, target: 0 }] }, tokenIds), logits);
}

/**
 * The logits of some vocabulary entries at the one scored row of a sequence.
 * @param prompt the soft prompt [virtual tokens, width], where the sequence has one.
 */
export async function readLogits(backbone: Backbone, sequence: Sequence, tokenIds: Int32Array, prompt?: Float32Array): Promise<Float64Array> {
  const { width } = backbone.embeddings;
  const classes = tokenIds.length + 1;
  const weight = new Float32Array(classes * width);
  weight.set(backbone.embeddings.gather(tokenIds), width);
  const program = await backbone.createProgram({ virtualTokens: prompt ? prompt.length / width : 0, head: { kind: "linear", classes } });
  const scored = await program.score([sequence], { ...(prompt ? { prompt } : {}), "head.weight": weight, "head.bias": new Float32Array(classes) });
  await program.dispose();
  const [[found]] = scored.logProbabilities;
  return Float64Array.from(tokenIds, (_, k) => found[k + 1] - found[0]);
}

function firstDifference(a: Int32Array, b: Int32Array): number {
  const at = a.findIndex((id, i) => id !== b[i]);
  return at < 0 ? a.length : at;
}
