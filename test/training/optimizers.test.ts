import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { RandomSource } from "../../src/common/random.js";
import type { TensorValues } from "../../src/engine/program.js";
import type { TrainingSettings } from "../../src/experiment/schema.js";
import { clipGlobalNorm, GradientAccumulator } from "../../src/training/gradients.js";
import { createOptimizer } from "../../src/training/optimizers/create-optimizer.js";
import { scheduleFactor, warmupSteps } from "../../src/training/schedule.js";

type Tensors = Record<string, number[]>;
interface Reference {
  shapes: Record<string, number[]>;
  initial: Tensors;
  gradients: Tensors[];
  optimizers: { optimizer: TrainingSettings["optimizer"]; settings: { weightDecay: number; momentum?: number }; learningRate: number; steps: Tensors[] }[];
  schedules: { schedule: TrainingSettings["schedule"]; warmup: number; steps: number; factors: number[] }[];
  clipping: { maximum: number; norm: number; gradients: Tensors }[];
}
/** Made by scripts/reference/optimizers.py with torch and transformers. */
const reference = JSON.parse(readFileSync(fileURLToPath(new URL("reference/optimizers.json", import.meta.url)), "utf8")) as Reference;
const trainables = Object.entries(reference.shapes).map(([name, shape]) => ({ name, shape }));

const tensors = (values: Tensors): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, Float32Array.from(numbers)]));

/** Euclidean norm of the difference over the norm of what is expected. */
function relativeError(actual: TensorValues, expected: Tensors): number {
  let difference = 0;
  let size = 0;
  for (const [name, numbers] of Object.entries(expected))
    numbers.forEach((number, i) => {
      difference += (actual[name][i] - number) ** 2;
      size += number ** 2;
    });
  return Math.sqrt(difference / size);
}

describe("optimisers against torch and transformers", () => {
  it.each(reference.optimizers.map((entry) => [`${entry.optimizer} ${JSON.stringify(entry.settings)}`, entry] as const))("%s", (_, entry) => {
    expect(entry.steps.length).toBe(20);
    const optimizer = createOptimizer({ optimizer: entry.optimizer, momentum: 0, ...entry.settings }, trainables);
    const values = tensors(reference.initial);
    entry.steps.forEach((expected, step) => {
      optimizer.step(values, tensors(reference.gradients[step]), entry.learningRate * (1 - step / 40));
      expect(relativeError(values, expected)).toBeLessThanOrEqual(1e-6);
    });
    expect(relativeError(values, reference.initial)).toBeGreaterThan(1e-2);
  });
});

describe("restoring an optimiser", () => {
  const settings = [
    { optimizer: "adamw", weightDecay: 0.1, momentum: 0 },
    { optimizer: "adafactor", weightDecay: 0.1, momentum: 0 },
    { optimizer: "sgd", weightDecay: 0.1, momentum: 0.9 },
    { optimizer: "sgd", weightDecay: 0, momentum: 0 },
  ] as const;

  it.each(settings)("goes on bit for bit: $optimizer, momentum $momentum", (setting) => {
    const random = RandomSource.fromSeed(3);
    const gradients = Array.from({ length: 12 }, () =>
      Object.fromEntries(trainables.map(({ name, shape }) => [name, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal())])),
    );
    const whole = createOptimizer(setting, trainables);
    const values = tensors(reference.initial);
    const snapshots = gradients.map((gradient) => {
      const before = { state: structuredClone(whole.state()), values: structuredClone(values) };
      whole.step(values, gradient, 0.05);
      return before;
    });
    snapshots.forEach((snapshot, from) => {
      const resumed = createOptimizer(setting, trainables);
      resumed.restore(snapshot.state);
      for (let step = from; step < gradients.length; step++) resumed.step(snapshot.values, gradients[step], 0.05);
      expect(snapshot.values).toEqual(values);
      expect(resumed.state()).toEqual(whole.state());
    });
  });

  it("hands out copies", () => {
    const optimizer = createOptimizer(settings[0], trainables);
    const state = optimizer.state();
    optimizer.step(tensors(reference.initial), tensors(reference.gradients[0]), 0.1);
    expect(state.tensors["first/prompt"].every((value) => value === 0)).toBe(true);
    expect(state.scalars.steps).toBe(0);
  });

  it("refuses a state that does not fit", () => {
    const optimizer = createOptimizer(settings[0], trainables);
    const { tensors: good, scalars } = optimizer.state();
    const { "first/prompt": _, ...missing } = good;
    for (const state of [
      { tensors: missing, scalars },
      { tensors: { ...good, extra: new Float32Array(1) }, scalars },
      { tensors: { ...good, "first/prompt": new Float32Array(2) }, scalars },
      { tensors: good, scalars: {} },
      { tensors: good, scalars: { steps: -1 } },
      createOptimizer(settings[1], trainables).state(),
    ])
      expect(() => optimizer.restore(state)).toThrow(PromptTuningError);
  });
});

describe("schedules against transformers", () => {
  it.each(reference.schedules)("$schedule, $warmup of $steps", ({ schedule, warmup, steps, factors }) => {
    factors.forEach((factor, step) => expect(scheduleFactor(schedule, step, warmup, steps)).toBeCloseTo(factor, 12));
  });

  it("rounds warm-up up, and leaves a step for training", () => {
    expect([warmupSteps(0.05, 300), warmupSteps(0.05, 30), warmupSteps(0.07, 100), warmupSteps(0, 10), warmupSteps(1, 10), warmupSteps(0.5, 1)]).toEqual([15, 2, 7, 0, 9, 0]);
  });
});

describe("gradients", () => {
  it.each(reference.clipping)("are clipped to $maximum as torch does", ({ maximum, norm, gradients }) => {
    const actual = tensors(reference.gradients[0]);
    expect(Math.abs(clipGlobalNorm(actual, maximum) / norm - 1)).toBeLessThan(1e-6);
    expect(relativeError(actual, gradients)).toBeLessThanOrEqual(1e-6);
  });

  it("adds 1e-6 to the norm before dividing", () => {
    const tiny = { prompt: Float32Array.of(3e-6, 4e-6) };
    clipGlobalNorm(tiny, 3e-6);
    expect(tiny.prompt[0] / 1.5e-6).toBeCloseTo(1, 6);
  });

  it("accumulate to the mean over passes, and one pass is unchanged", () => {
    const accumulator = new GradientAccumulator();
    const first = Float32Array.of(0.1, -3e-8, 7);
    accumulator.add({ prompt: first });
    expect(accumulator.mean().prompt).toEqual(first);
    accumulator.add({ prompt: Float32Array.of(0.3, 1, -7) });
    const mean = accumulator.mean().prompt;
    expect(mean[0]).toBeCloseTo(0.2, 7);
    expect(mean[1]).toBeCloseTo(0.5, 7);
    expect(mean[2]).toBe(0);
    expect(first).toEqual(Float32Array.of(0.1, -3e-8, 7));
  });
});
