import { z } from "zod";
import type { TrainingSettings } from "../experiment/schema.js";
import { isBetter, type Metric } from "./best-checkpoint.js";

export const earlyStoppingStateSchema = z.strictObject({
  /** Metric value the next evaluation must beat; null before the first. */
  reference: z.number().nullable(),
  /** Evaluations in a row that did not. */
  withoutImprovement: z.int().min(0),
});
export type EarlyStoppingState = z.infer<typeof earlyStoppingStateSchema>;

/** Ends training after `patience` evaluations in a row none of which beat the reference by more than `minDelta`. */
export class EarlyStopping {
  private reference: number | null = null;
  private withoutImprovement = 0;

  constructor(
    private readonly settings: TrainingSettings["earlyStopping"],
    private readonly metric: Metric,
  ) {}

  observe(value: number): void {
    const improved =
      Number.isFinite(value) &&
      (this.reference === null || isBetter(this.metric, value, this.reference, this.settings?.minDelta ?? 0));
    if (improved) {
      this.reference = value;
      this.withoutImprovement = 0;
    } else this.withoutImprovement++;
  }

  get exhausted(): boolean {
    return this.settings !== null && this.withoutImprovement >= this.settings.patience;
  }

  state(): EarlyStoppingState {
    return { reference: this.reference, withoutImprovement: this.withoutImprovement };
  }

  restore(state: EarlyStoppingState): void {
    this.reference = state.reference;
    this.withoutImprovement = state.withoutImprovement;
  }
}
