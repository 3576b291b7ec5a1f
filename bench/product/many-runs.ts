import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeEnvironment } from "../../src/runs/environment.js";
import type { EvaluationMeasures, RunEvent } from "../../src/runs/events.js";
import { type FileSystem, nodeFileSystem } from "../../src/runs/file-system.js";
import { JournalWriter } from "../../src/runs/journal-writer.js";
import { RunStore } from "../../src/runs/run-store.js";

export interface ManyRuns {
  /** Where the run folders are made: `<root>/<run>/`. */
  readonly root: string;
  readonly runs: number;
  /** Optimiser steps of each run. */
  readonly steps?: number;
  /** Experiments the runs belong to, in turn. */
  readonly experiments?: number;
  /** Time of the first run; each next one begins a minute later. */
  readonly from?: Date;
}

/** A power cut may lose what is made here; the disk is not waited for. */
const hasty: FileSystem = { ...nodeFileSystem, fsync: () => {}, syncFolder: () => {} };

/**
 * Makes run folders as training leaves them, by the store and the journal's own writer, with plausible numbers and
 * without any training: for measuring lists and views. Nine in ten have succeeded, the others were stopped.
 * @returns the folders, oldest first.
 */
export function makeManyRuns({ root, runs, steps = 300, experiments = 8, from = new Date("2026-01-01T00:00:00Z") }: ManyRuns): string[] {
  const environment = describeEnvironment({ programVersion: "0.1.0", onnxruntimeVersion: "1.30.0", threads: 2, gradients: "exact", model: { name: "smollm2-135m-instruct", sha256: "0".repeat(64) }, data: { all: "1".repeat(64) } });
  return Array.from({ length: runs }, (_, index) => {
    let clock = from.getTime() + index * 60_000;
    const now = (): Date => new Date((clock += 100));
    const experiment = experimentOf(`task-${(index % experiments) + 1}`, steps, Math.floor(index / experiments) + 1);
    const folder = new RunStore(root, { fileSystem: hasty, now }).create(experiment, environment);
    const journal = JournalWriter.open(folder.journal, { fileSystem: hasty, now });
    for (const event of eventsOf(folder.path, steps, index)) journal.append(event);
    journal.close();
    if (index % 10 < 9) {
      mkdirSync(folder.adapter);
      writeFileSync(path.join(folder.adapter, "adapter_model.safetensors"), "");
    } else writeFileSync(path.join(folder.checkpoints, `step-${String(steps / 2).padStart(6, "0")}.safetensors`), "");
    return folder.path;
  });
}

const experimentOf = (name: string, steps: number, seed: number): { readonly name: string } & Record<string, unknown> => ({
  name,
  model: "smollm2-135m-instruct",
  dataset: "spam-assassin",
  task: { type: "classification", template: "Message: {text}\n{soft:20}Spam:{label}", verbalizer: { ham: " no", spam: " yes" }, head: "verbalizer", maxTokens: { text: 80 } },
  method: { type: "prompt-tuning", init: { type: "random" } },
  training: { steps, batchSize: 8, learningRate: 0.01, schedule: "linear", seed },
  evaluation: { every: 75, metric: "accuracy", baselines: ["majority", "zero-shot"] },
});

function* eventsOf(run: string, steps: number, index: number): Generator<RunEvent> {
  const succeeds = index % 10 < 9;
  const last = succeeds ? steps : Math.floor(steps / 2);
  const skill = 0.7 + 0.25 * Math.abs(Math.sin(index * 12.9898));
  yield { type: "state", state: "running" };
  yield { type: "phase", phase: "training" };
  for (let step = 1; step <= last; step++) {
    yield { type: "step", step, steps, epoch: step / 60, loss: Math.exp(-step / 80) + 0.05 * Math.abs(Math.sin(step + index)), learningRate: 0.01 * (1 - step / steps), gradientNorm: 1 / (1 + step / 50), samplesPerSecond: 17.3, secondsLeft: (steps - step) * 0.46 };
    if (step % 25 === 0) yield { type: "checkpoint", step, file: `checkpoints/step-${String(step).padStart(6, "0")}.safetensors` };
    if (step % 75 === 0) yield { type: "evaluation", step, split: "validation", measures: measuresOf(skill * (0.8 + (0.2 * step) / steps)), best: true };
  }
  if (succeeds) {
    yield* phases("test", 30);
    yield { type: "evaluation", step: last, split: "test", measures: measuresOf(skill) };
    yield* phases("baseline 2: zero-shot", 30);
    yield { type: "baseline", name: "zero-shot", measures: measuresOf(0.55) };
    yield* phases("faithfulness", 30);
  }
  yield { type: "state", state: succeeds ? "succeeded" : "stopped" };
  yield { type: "result", status: succeeds ? "succeeded" : "stopped", run, adapter: succeeds ? path.join(run, "adapter") : null, test: succeeds ? measuresOf(skill) : null, baselines: {}, seconds: last * 0.5, trainingSeconds: last * 0.46, peakMemoryMB: 910 };
}

function* phases(phase: string, total: number): Generator<RunEvent> {
  for (let done = 1; done <= total; done++) yield { type: "phase", phase, done: done * 16, total: total * 16 };
}

function measuresOf(accuracy: number): EvaluationMeasures {
  const right = Math.round(240 * accuracy);
  const perClass = { precision: accuracy, recall: accuracy, f1: accuracy, support: 240 };
  return { items: 480, loss: 1 - accuracy, accuracy, macroF1: accuracy, perClass: { ham: perClass, spam: perClass }, confusion: [[right, 240 - right], [240 - right, right]], labels: ["ham", "spam"] };
}
