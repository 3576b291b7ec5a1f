import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import type { TensorValues } from "../engine/program.js";
import { rowNorms } from "../inspection/norms.js";

/** Ordinary norms of the vocabulary's embeddings: its 0.1 and 99.9 percentiles. */
export interface NormRange {
  readonly low: number;
  readonly high: number;
}

export type WarningCode = "loss-not-falling" | "prompt-norms";
export interface TrainingWarning {
  readonly code: WarningCode;
  readonly text: string;
}

export const diagnosticsStateSchema = z.strictObject({
  observed: z.int().min(0),
  first: z.array(z.number()).max(50),
  latest: z.array(z.number()).max(50),
  warned: z.array(z.enum(["loss-not-falling", "prompt-norms"])),
});
export type DiagnosticsState = z.infer<typeof diagnosticsStateSchema>;

/** A norm is out of range when beyond the vocabulary's range by this factor. */
const normTolerance = 3;
/** The loss has fallen when its median is below this share of the first window's. */
const fallenShare = 0.99;

/**
 * Watches a training and warns, once for each code.
 * - "loss-not-falling": with windows of a tenth of the steps (at least 5, at most 50), at the end of every window from
 *   the third on, the median loss of the window is not below 99 % of the first window's median.
 * - "prompt-norms": the norm of a row of the prompt is above 3 times the vocabulary's 99.9 percentile or below a third
 *   of its 0.1 percentile. Not watched without a range.
 */
export class Diagnostics {
  private readonly window: number;
  private observed = 0;
  private first: number[] = [];
  private latest: number[] = [];
  private warned = new Set<WarningCode>();

  constructor(
    steps: number,
    private readonly range?: NormRange,
  ) {
    this.window = Math.min(50, Math.max(5, Math.ceil(steps / 10)));
  }

  /** Takes in the loss of a step and the values after it. `width` is the embedding width of the prompt's rows. */
  observe(loss: number, values: TensorValues, width: number): TrainingWarning[] {
    this.observed++;
    if (this.first.length < this.window) this.first.push(loss);
    this.latest.push(loss);
    if (this.latest.length > this.window) this.latest.shift();
    return [this.lossWarning(), this.normWarning(values, width)].filter((warning) => warning !== null);
  }

  private lossWarning(): TrainingWarning | null {
    if (this.observed < 3 * this.window || this.observed % this.window !== 0) return null;
    const before = median(this.first);
    const now = median(this.latest);
    if (now < before * fallenShare) return null;
    return this.once("loss-not-falling", () =>
      `The loss is not falling: its median was ${before.toPrecision(3)} over the first ${this.window} steps and is ` +
      `${now.toPrecision(3)} over the last ${this.window}. Try another learning rate or initialisation.`);
  }

  private normWarning(values: TensorValues, width: number): TrainingWarning | null {
    if (!this.range || !values.prompt || this.warned.has("prompt-norms")) return null;
    const { low, high } = this.range;
    const norms = rowNorms(values.prompt, width);
    const row = norms.findIndex((norm) => norm > high * normTolerance || norm < low / normTolerance);
    if (row < 0) return null;
    return this.once("prompt-norms", () =>
      `Virtual token ${row + 1} has norm ${norms[row].toPrecision(3)}, far from the vocabulary's ` +
      `${low.toPrecision(3)} to ${high.toPrecision(3)}. A lower learning rate or another initialisation may train more steadily.`);
  }

  private once(code: WarningCode, text: () => string): TrainingWarning | null {
    if (this.warned.has(code)) return null;
    this.warned.add(code);
    return { code, text: text() };
  }

  state(): DiagnosticsState {
    return { observed: this.observed, first: [...this.first], latest: [...this.latest], warned: [...this.warned] };
  }

  restore(state: DiagnosticsState): void {
    this.observed = state.observed;
    this.first = state.first.slice(0, this.window);
    this.latest = state.latest.slice(-this.window);
    this.warned = new Set(state.warned);
  }
}

/** Ends a training whose numbers broke. What is already on disk, the best checkpoint among it, stays. */
export function notFinite(what: string, step: number): PromptTuningError {
  return new PromptTuningError("training", `Training stopped at step ${step}: ${what} not finite.`, {
    reason: "The learning rate is most often too high for this prompt.",
    advice: "Lower training.learningRate or set training.clipNorm and run again; the last checkpoint, with the best prompt so far, is kept.",
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
