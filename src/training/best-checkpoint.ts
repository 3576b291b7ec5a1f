import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import type { TensorValues } from "../engine/program.js";
import type { EvaluationMeasures } from "../runs/events.js";
import { type MeasureName, taskFacts } from "../tasks/task-facts.js";

/** A measure that decides which checkpoint is the best. */
export type Metric = MeasureName;

/** Whether a metric value is better than another; strictly, so that of equals the earlier stays. Never for NaN. */
export function isBetter(metric: Metric, value: number, than: number, by = 0): boolean {
  return metric === "loss" ? value < than - by : value > than + by;
}

/** The metric's value among measures; NaN where it could not be computed. Throws (experiment) where this task has no such measure. */
export function metricValue(measures: EvaluationMeasures, metric: Metric): number {
  const value = measures[metric];
  if (value === undefined)
    throw new PromptTuningError("experiment", `The evaluation has no "${metric}".`, {
      reason: `${Object.entries(taskFacts).map(([task, facts]) => `A ${task} task measures ${facts.measures.join(", ")}`).join("; ")}.`,
      advice: "Choose one of them as evaluation.metric.",
    });
  return value ?? Number.NaN;
}

export const bestRecordSchema = z.strictObject({ step: z.int().min(0), value: z.number() });
export type BestRecord = z.infer<typeof bestRecordSchema>;

/** Keeps the values of the best evaluation so far. */
export class BestCheckpoint {
  private kept: (BestRecord & { readonly values: TensorValues }) | null = null;

  constructor(private readonly metric: Metric) {}

  /** Looks at an evaluation; true when it is the best so far (values are then copied). A value that is not finite never is. */
  offer(step: number, value: number, values: TensorValues): boolean {
    if (!Number.isFinite(value)) return false;
    if (this.kept && !isBetter(this.metric, value, this.kept.value)) return false;
    this.restore({ step, value }, copyValues(values));
    return true;
  }

  get best(): (BestRecord & { readonly values: TensorValues }) | null {
    return this.kept;
  }

  restore(record: BestRecord, values: TensorValues): void {
    this.kept = { ...record, values };
  }
}

export function copyValues(values: TensorValues): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(values).map(([name, tensor]) => [name, tensor.slice()]));
}
