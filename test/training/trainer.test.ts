import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import type { TensorValues } from "../../src/engine/program.js";
import { trainingSchema, type TrainingSettings } from "../../src/experiment/schema.js";
import { runEventSchema, type EvaluationMeasures, type RunEvent } from "../../src/runs/events.js";
import { PauseGate } from "../../src/training/pause-gate.js";
import { train, type TrainingOutcome, type TrainOptions } from "../../src/training/trainer.js";
import type { StoredTrainingState } from "../../src/training/training-state.js";
import { LogisticProgram, logisticItems, logisticValues } from "./logistic-program.js";

const items = logisticItems(23);

interface Recorded {
  outcome: TrainingOutcome;
  events: RunEvent[];
  checkpoints: { step: number; stored: StoredTrainingState }[];
  program: LogisticProgram;
}
type Overrides = Partial<Omit<TrainOptions, "settings">> & { settings?: Partial<TrainingSettings>; program?: LogisticProgram };

/** A state as it comes back from a disk. */
function throughDisk(stored: StoredTrainingState): StoredTrainingState {
  return {
    tensors: Object.fromEntries(Object.entries(stored.tensors).map(([name, tensor]) => [name, Float32Array.from(tensor)])),
    json: JSON.parse(JSON.stringify(stored.json)) as unknown,
  };
}

/** A validation accuracy that depends on the values only, rises and falls, and often ties. */
async function wavyAccuracy(values: TensorValues): Promise<EvaluationMeasures> {
  const sum = values.prompt.reduce((total, value) => total + value, 0);
  return { items: 10, loss: Math.abs(Math.sin(20 * sum)), accuracy: Math.round(5 * (1 + Math.sin(20 * sum))) / 10 };
}

async function record({ settings = {}, ...overrides }: Overrides = {}): Promise<Recorded> {
  const events: RunEvent[] = [];
  const checkpoints: Recorded["checkpoints"] = [];
  const program = overrides.program ?? new LogisticProgram();
  const outcome = await train({
    items,
    settings: trainingSchema.parse({ steps: 17, batchSize: 4, checkpointEvery: 1, learningRate: 0.05, ...settings }),
    initialValues: logisticValues(),
    validation: { every: 3, metric: "accuracy", evaluate: wavyAccuracy },
    saveCheckpoint: async (stored, step) => {
      checkpoints.push({ step, stored: throughDisk(stored) });
      return `checkpoint-${step}`;
    },
    emit: (event) => events.push(runEventSchema.parse(event)),
    ...overrides,
    program,
  });
  return { outcome, events, checkpoints, program };
}

/** What must be equal between runs: events without speed, checkpoints left out. */
const comparable = (events: readonly RunEvent[]) =>
  events.flatMap((event): unknown[] => {
    if (event.type === "checkpoint" || event.type === "state") return [];
    return event.type === "step" ? [{ ...event, samplesPerSecond: 0, secondsLeft: 0 }] : [event];
  });

const after = (events: readonly RunEvent[], step: number, evaluated: boolean) =>
  comparable(events).filter((event) => {
    const at = (event as { step: number }).step;
    return at > step || (at === step && !evaluated && (event as RunEvent).type === "evaluation");
  });

const methods: [string, Partial<TrainingSettings>][] = [
  ["adamw, cosine, accumulation", { optimizer: "adamw", weightDecay: 0.01, schedule: "cosine", accumulate: 3 }],
  ["adafactor, early stopping", { optimizer: "adafactor", earlyStopping: { patience: 4, minDelta: 0 }, steps: 40 }],
  ["sgd, no buckets, no clipping", { optimizer: "sgd", momentum: 0.9, lengthBuckets: false, clipNorm: null, schedule: "constant", warmup: 0 }],
];

describe("resuming", () => {
  it.each(methods)("from every checkpoint equals the uninterrupted run bit for bit: %s", async (_, settings) => {
    const whole = await record({ settings });
    expect(whole.checkpoints.length).toBeGreaterThan(10);
    expect(whole.outcome.stoppedEarly).toBe(settings.earlyStopping !== undefined);
    expect(whole.program.seen.length).toBeGreaterThan(items.length / 4);
    for (const { step, stored } of whole.checkpoints) {
      const resumed = await record({ settings, resumeFrom: stored });
      expect({ ...resumed.outcome, stepSeconds: 0 }).toEqual({ ...whole.outcome, stepSeconds: 0 });
      expect(resumed.program.seen).toEqual(whole.program.seen.slice(step * (settings.accumulate ?? 1)));
      expect(comparable(resumed.events)).toEqual(after(whole.events, step, true));
      expect(resumed.checkpoints).toEqual(whole.checkpoints.filter((other) => other.step > step));
    }
  });

  it.each(methods)("from wherever it was stopped, also between accumulated passes: %s", async (_, settings) => {
    const whole = await record({ settings });
    const passes = whole.program.seen.length;
    for (let cut = 0; cut < passes; cut++) {
      const abort = new AbortController();
      const program = new LogisticProgram();
      program.onStep = (call) => call === cut && abort.abort();
      const first = await record({ settings: { ...settings, checkpointEvery: 1000 }, program, signal: abort.signal });
      const last = first.checkpoints.at(-1)!;
      if (cut === passes - 1) {
        expect(first.outcome.status).toBe("finished");
        continue;
      }
      expect(first.outcome.status).toBe("stopped");
      expect(last.step).toBe(first.outcome.step);
      const second = await record({ settings, resumeFrom: last.stored });
      expect({ ...second.outcome, stepSeconds: 0 }).toEqual({ ...whole.outcome, stepSeconds: 0 });
      expect(comparable([...first.events, ...second.events])).toEqual(comparable(whole.events));
    }
  });

  it("repeats an evaluation that was stopped", async () => {
    const whole = await record();
    const abort = new AbortController();
    const first = await record({
      signal: abort.signal,
      validation: {
        every: 3,
        metric: "accuracy",
        evaluate: async (values, step) => {
          if (step < 6) return wavyAccuracy(values);
          abort.abort();
          throw new PromptTuningError("stopped", "Stopped.");
        },
      },
    });
    expect(first.outcome).toMatchObject({ status: "stopped", step: 6 });
    const second = await record({ resumeFrom: first.checkpoints.at(-1)!.stored });
    expect(comparable([...first.events, ...second.events])).toEqual(comparable(whole.events));
    expect(second.outcome.best).toEqual(whole.outcome.best);
  });

  it("hands out states that do not change when training goes on", async () => {
    const kept: [StoredTrainingState, StoredTrainingState][] = [];
    await record({ saveCheckpoint: async (stored, step) => (kept.push([stored, structuredClone(stored)]), String(step)) });
    expect(kept.length).toBe(17);
    for (const [later, then] of kept) expect(later).toEqual(then);
  });

  it("refuses a state of another run", async () => {
    const { checkpoints } = await record();
    const { stored } = checkpoints[4];
    const json = stored.json as Record<string, unknown>;
    const broken: [Overrides, RegExp][] = [
      [{ resumeFrom: stored, settings: { optimizer: "sgd" } }, /adamw/],
      [{ resumeFrom: stored, items: logisticItems(5) }, /other training items/],
      [{ resumeFrom: { ...stored, json: { ...json, step: -1 } } }, /cannot be resumed/],
      [{ resumeFrom: { ...stored, json: null } }, /cannot be resumed/],
      [{ resumeFrom: { ...stored, tensors: {} } }, /cannot be resumed/],
      [{ resumeFrom: { ...stored, tensors: { ...stored.tensors, "optimizer/first/prompt": new Float32Array(1) } } }, /does not fit/],
    ];
    for (const [overrides, message] of broken) await expect(record(overrides)).rejects.toThrow(message);
    for (const [overrides] of broken) await expect(record(overrides)).rejects.toMatchObject({ kind: "run" });
  });
});

describe("training", () => {
  it("learns, and does not touch the initial values", async () => {
    const initialValues = logisticValues();
    const { events, outcome } = await record({ initialValues, settings: { steps: 150 } });
    const losses = events.flatMap((event) => (event.type === "step" ? [event.loss!] : []));
    const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)) / 2);
    expect(initialValues).toEqual(logisticValues());
    expect(outcome).toMatchObject({ status: "finished", step: 150, stoppedEarly: false });
  });

  it("returns the best evaluation, of equals the earliest, and writes it at once", async () => {
    const accuracies = [0.5, 0.8, 0.8, 0.7, 0.8];
    const seen: TensorValues[] = [];
    const { outcome, events, checkpoints } = await record({
      settings: { steps: 9, checkpointEvery: 100 },
      validation: {
        every: 2,
        metric: "accuracy",
        evaluate: async (values) => {
          seen.push(structuredClone(values));
          return { items: 1, accuracy: accuracies[seen.length - 1] };
        },
      },
    });
    expect(seen.length).toBe(5);
    expect(outcome.best).toEqual({ step: 4, value: 0.8, values: seen[1] });
    const evaluations = events.flatMap((event) => (event.type === "evaluation" ? [[event.step, event.best]] : []));
    expect(evaluations).toEqual([[2, true], [4, true], [6, false], [8, false], [9, false]]);
    expect(checkpoints.map(({ step }) => step)).toEqual([2, 4, 9]);
  });

  it("takes the lowest loss as best, and never one that is not finite", async () => {
    const losses = [Number.NaN, 0.4, 0.2, null, 0.3];
    let call = 0;
    const { outcome } = await record({
      settings: { steps: 10 },
      validation: { every: 2, metric: "loss", evaluate: async () => ({ items: 1, loss: losses[call++] }) },
    });
    expect(outcome.best).toMatchObject({ step: 6, value: 0.2 });
  });

  it("stops early after evaluations without improvement by more than minDelta", async () => {
    const accuracies = [0.5, 0.6, 0.605, 0.6, 0.9];
    let call = 0;
    const { outcome } = await record({
      settings: { steps: 100, earlyStopping: { patience: 2, minDelta: 0.01 } },
      validation: { every: 2, metric: "accuracy", evaluate: async () => ({ items: 1, accuracy: accuracies[call++] }) },
    });
    expect(outcome).toMatchObject({ status: "finished", step: 8, stoppedEarly: true, best: { step: 6, value: 0.605 } });
  });

  it("without validation the last values are the best", async () => {
    const { outcome, events } = await record({ validation: undefined });
    expect(outcome.best).toEqual({ step: 17, value: null, values: outcome.values });
    expect(events.some((event) => event.type === "evaluation")).toBe(false);
  });

  it("names a metric the task does not measure", async () => {
    const validation = { every: 1, metric: "rougeL", evaluate: wavyAccuracy } as const;
    await expect(record({ validation })).rejects.toMatchObject({ kind: "experiment", message: expect.stringContaining("rougeL") as string });
  });

  it("accumulated passes are one step on their mean", async () => {
    const { program, events } = await record({ settings: { steps: 5, accumulate: 3 } });
    expect(program.seen.length).toBe(15);
    expect(events.filter((event) => event.type === "step").length).toBe(5);
    const sgd = { optimizer: "sgd", schedule: "constant", warmup: 0, clipNorm: null, lengthBuckets: false } as const;
    // 24 items: three batches of 8 are one batch of 24, whatever their order.
    const even = logisticItems(24);
    const parts = await record({ items: even, settings: { ...sgd, steps: 2, batchSize: 8, accumulate: 3 } });
    const once = await record({ items: even, settings: { ...sgd, steps: 2, batchSize: 24 } });
    parts.outcome.values.prompt.forEach((value, i) => expect(value).toBeCloseTo(once.outcome.values.prompt[i], 6));
  });

  it.each([
    ["the loss", (result: { loss: number }) => (result.loss = Number.NaN)],
    ["the gradient", (result: { gradients: TensorValues }) => (result.gradients.prompt[0] = Infinity)],
  ])("ends with a training error when %s is not finite, and keeps the best on disk", async (what, breakIt) => {
    const program = new LogisticProgram();
    const step = program.step.bind(program);
    let calls = 0;
    program.step = async (batch, values) => {
      const result = await step(batch, values);
      if (++calls === 8) breakIt(result as never);
      return result;
    };
    const saved: StoredTrainingState[] = [];
    const saveCheckpoint = async (stored: StoredTrainingState) => String(saved.push(stored));
    const failing = record({ program, saveCheckpoint, settings: { checkpointEvery: 100 } });
    await expect(failing).rejects.toMatchObject({ kind: "training", message: `Training stopped at step 8: ${what} is not finite.` });
    const kept = saved.at(-1)!;
    expect(Object.values(kept.tensors).every((tensor) => tensor.every(Number.isFinite))).toBe(true);
    expect(kept.json).toMatchObject({ best: { value: expect.any(Number) as number } });
  });

  it("ends with a training error when the values overflow", async () => {
    await expect(record({ settings: { optimizer: "sgd", learningRate: 1e39, schedule: "constant", warmup: 0 } })).rejects.toMatchObject({ kind: "training" });
  });

  it("refuses initial values of another size", async () => {
    const initialValues = { ...logisticValues(), prompt: new Float32Array(3) };
    await expect(record({ initialValues })).rejects.toMatchObject({ kind: "run", message: expect.stringContaining("prompt") as string });
  });

  it("passes an error of saving on", async () => {
    const full = new PromptTuningError("storage", "The disk is full.");
    await expect(record({ saveCheckpoint: () => Promise.reject(full) })).rejects.toBe(full);
  });

  it("measures the speed over the last 20 steps", async () => {
    let seconds = 0;
    const program = new LogisticProgram();
    // 30 slow steps, then fast ones: after 20 fast ones the slow are forgotten.
    program.onStep = (call) => (seconds += call < 30 ? 4 : 1);
    const { events, outcome } = await record({ program, items: logisticItems(24), settings: { steps: 60 }, clock: () => seconds });
    const speeds = events.flatMap((event) => (event.type === "step" ? [[event.samplesPerSecond, event.secondsLeft]] : []));
    expect(speeds[0]).toEqual([1, 59 * 4]);
    expect(speeds[49]).toEqual([4, 10]);
    expect(speeds[59]).toEqual([4, 0]);
    expect(outcome.stepSeconds).toBe(30 * 4 + 30);
  });
});

describe("pausing", () => {
  it("writes a checkpoint, waits, and goes on as if nothing had been", async () => {
    const whole = await record();
    const gate = new PauseGate();
    const program = new LogisticProgram();
    program.onStep = (call) => call === 4 && gate.pause();
    const events: RunEvent[] = [];
    let callsWhenPaused = 0;
    const { outcome } = await record({
      program,
      pauseGate: gate,
      settings: { checkpointEvery: 1000 },
      emit: (event) => {
        events.push(event);
        if (event.type !== "state" || event.state !== "paused") return;
        expect(events.at(-2)).toMatchObject({ type: "checkpoint", step: 5 });
        setTimeout(() => {
          callsWhenPaused = program.seen.length;
          gate.resume();
        }, 5);
      },
    });
    expect(callsWhenPaused).toBe(5);
    expect(events.flatMap((event) => (event.type === "state" ? [event.state] : []))).toEqual(["paused", "running"]);
    expect(comparable(events)).toEqual(comparable(whole.events));
    expect(outcome.values).toEqual(whole.outcome.values);
  });

  it("is ended by stopping", async () => {
    const gate = new PauseGate();
    gate.pause();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 5);
    const { outcome, checkpoints } = await record({ pauseGate: gate, signal: abort.signal });
    expect(outcome).toMatchObject({ status: "stopped", step: 0 });
    expect(checkpoints.map(({ step }) => step)).toEqual([0]);
  });
});
