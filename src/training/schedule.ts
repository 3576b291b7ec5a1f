import type { TrainingSettings } from "../experiment/schema.js";

/**
 * Warm-up steps of a run: the share of the steps, rounded up as transformers' Trainer does, but at least one step
 * is left for training. Products such as 0.07 · 100 = 7.000000000000001 count as 7.
 */
export function warmupSteps(share: number, steps: number): number {
  return Math.max(0, Math.min(Math.ceil(share * steps - 1e-9), steps - 1));
}

/**
 * Factor on the learning rate at a step counted from 0, equal to transformers' get_constant_schedule_with_warmup,
 * get_linear_schedule_with_warmup and get_cosine_schedule_with_warmup. With warm-up, step 0 has the factor 0, as there.
 */
export function scheduleFactor(schedule: TrainingSettings["schedule"], step: number, warmup: number, steps: number): number {
  if (step < warmup) return step / Math.max(1, warmup);
  const length = Math.max(1, steps - warmup);
  switch (schedule) {
    case "constant":
      return 1;
    case "linear":
      return Math.max(0, (steps - step) / length);
    case "cosine":
      return Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / length)));
  }
}

/** Learning rate of a step counted from 0. */
export function learningRateAt(
  settings: Pick<TrainingSettings, "learningRate" | "schedule" | "warmup" | "steps">,
  step: number,
): number {
  return settings.learningRate * scheduleFactor(settings.schedule, step, warmupSteps(settings.warmup, settings.steps), settings.steps);
}
