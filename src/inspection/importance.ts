import { PromptTuningError } from "../common/errors.js";

/** How the task goes over some rows: one loss a row (nats), and the metric over all of them. */
export interface Measured {
  readonly losses: readonly number[];
  /** What was answered to each row, to count how many answers change; absent where none is generated. */
  readonly answers?: readonly string[];
  /** Accuracy, where the task has one. */
  readonly accuracy?: number;
}

/** What becomes of the task when one virtual token is left out. */
export interface TokenImportance {
  readonly index: number;
  /** Mean over the rows of the loss without it less the loss with it: above 0, the token helps. */
  readonly lossChange: number;
  /** Standard error of that mean over the rows; 0 for fewer than two. */
  readonly standardError: number;
  /** Accuracy without it less accuracy with it; null where the task has none. */
  readonly accuracyChange: number | null;
  /** Rows that are answered differently; null where answers are not looked at. */
  readonly changedAnswers: number | null;
}

export interface ImportanceOptions {
  readonly signal?: AbortSignal;
  /** Called after every virtual token. */
  readonly onToken?: (token: TokenImportance, done: number, total: number) => void;
}

/**
 * Leave-one-out importance: each vector of `prompt` [P, width] in turn is replaced by `neutral` [width], and the same
 * rows are measured again.
 *
 * A vector is replaced, not taken out: taking it out would move every later position and measure that too. The neutral
 * vector is the vocabulary's mean embedding: it says nothing about this prompt (the mean of the prompt's own vectors
 * does, and hides what several vectors share), and it is a place the backbone knows (zero is not: the first
 * normalisation divides by its length).
 */
export async function leaveOneOut(
  prompt: Float32Array,
  neutral: Float32Array,
  measure: (prompt: Float32Array) => Promise<Measured>,
  { signal, onToken }: ImportanceOptions = {},
): Promise<{ readonly whole: Measured; readonly tokens: readonly TokenImportance[] }> {
  const width = neutral.length;
  const count = prompt.length / width;
  const refuseStopped = (): void => {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The measurement was stopped.");
  };
  refuseStopped();
  const whole = await measure(prompt);
  const tokens: TokenImportance[] = [];
  for (let index = 0; index < count; index++) {
    refuseStopped();
    const without = prompt.slice();
    without.set(neutral, index * width);
    tokens.push(compare(index, whole, await measure(without)));
    onToken?.(tokens[index], index + 1, count);
  }
  return { whole, tokens };
}

function compare(index: number, whole: Measured, without: Measured): TokenImportance {
  const changes = without.losses.map((loss, row) => loss - whole.losses[row]);
  const mean = changes.reduce((sum, change) => sum + change, 0) / Math.max(1, changes.length);
  const squares = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  return {
    index,
    lossChange: mean,
    standardError: changes.length > 1 ? Math.sqrt(squares / (changes.length - 1) / changes.length) : 0,
    accuracyChange: whole.accuracy === undefined || without.accuracy === undefined ? null : without.accuracy - whole.accuracy,
    changedAnswers: whole.answers && without.answers ? without.answers.filter((answer, row) => answer !== whole.answers![row]).length : null,
  };
}
