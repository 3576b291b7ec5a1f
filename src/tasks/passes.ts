import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Program, Sequence, TensorValues } from "../engine/program.js";
import type { TextTask } from "./task.js";

export interface EvaluationOptions {
  /** Most sequences in one pass. */
  readonly batchSize: number;
  readonly signal?: AbortSignal;
  /** Called after every pass with the share of the work that is done, in examples. */
  readonly onProgress?: (done: number, total: number) => void;
}

type Scores = Awaited<ReturnType<Program["score"]>>;

/** Scores sequences in batches of similar length, the longest first, so that a lack of memory shows at once. */
export async function scoreAll(
  program: Program,
  values: TensorValues,
  sequences: readonly Sequence[],
  options: EvaluationOptions & { readonly scoredRowLimit?: number },
  take: (result: Scores, indices: readonly number[]) => void,
): Promise<void> {
  const order = longestFirst(sequences);
  for (let start = 0; start < order.length; ) {
    refuseStopped(options.signal);
    let end = start;
    let rows = 0;
    while (end < order.length && end - start < options.batchSize) {
      rows += sequences[order[end]].scored.length;
      if (end > start && rows > (options.scoredRowLimit ?? Infinity)) break;
      end++;
    }
    const indices = order.slice(start, end);
    take(
      await program.score(
        indices.map((index) => sequences[index]),
        values,
      ),
      indices,
    );
    start = end;
    options.onProgress?.(start, order.length);
  }
  refuseStopped(options.signal);
}

/** The texts that the backbone goes on with after each example, in the order of the examples. */
export async function generateAll(task: TextTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<string[]> {
  const prompts = examples.map((example) => task.promptSequence(example));
  const order = longestFirst(prompts);
  const texts = new Array<string>(examples.length);
  const generation = { maxNewTokens: task.maxNewTokens, stopTokenIds: task.stopTokenIds, signal: options.signal };
  const together = program.generateBatch ? options.batchSize : 1;
  for (let start = 0; start < order.length; start += together) {
    refuseStopped(options.signal);
    const indices = order.slice(start, start + together);
    const batch = indices.map((index) => prompts[index]);
    const generated = (await program.generateBatch?.(batch, values, generation)) ?? [await program.generate(batch[0], values, generation)];
    indices.forEach((index, place) => (texts[index] = task.decode(generated[place]).trim()));
    options.onProgress?.(start + indices.length, order.length);
  }
  refuseStopped(options.signal);
  return texts;
}

/**
 * Scores the reference texts, which counts as the first half of the work, then generates, which counts as the other.
 * @returns the texts, and the mean over the examples of the loss per token of the reference; null where it is no number
 */
export async function scoreAndGenerate(task: TextTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<{ texts: string[]; loss: number | null }> {
  const references = examples.map((example) => task.trainingSequence(example));
  const { onProgress } = options;
  let total = 0;
  const half = (from: number): EvaluationOptions => ({ ...options, onProgress: onProgress && ((done, all) => onProgress(from + done / 2, all)) });
  await scoreAll(program, values, references, { ...half(0), scoredRowLimit: task.scoredRowLimit }, (result, indices) => (total += result.loss * indices.length));
  const texts = await generateAll(task, program, values, examples, half(examples.length / 2));
  const loss = total / examples.length;
  return { texts, loss: Number.isFinite(loss) ? loss : null };
}

/** Places of the sequences, those of similar length beside each other, the longest first. */
const longestFirst = (sequences: readonly Sequence[]): number[] => sequences.map((_, index) => index).sort((a, b) => sequences[b].tokens.length - sequences[a].tokens.length || a - b);

function refuseStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PromptTuningError("stopped", "The evaluation was stopped.");
}
