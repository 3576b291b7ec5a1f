import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { experimentSchema } from "../../../src/experiment/schema.js";
import { describeEnvironment } from "../../../src/runs/environment.js";
import type { EvaluationMeasures, RunEvent } from "../../../src/runs/events.js";
import { type PredictionRow, writePredictions } from "../../../src/runs/predictions.js";
import { RunStore } from "../../../src/runs/run-store.js";
import { RunWriter } from "../../../src/runs/run-writer.js";

export interface MadeRun {
  readonly learningRate?: number;
  readonly length?: number;
  readonly init?: string;
  readonly seed?: number;
  /** Share of right answers on the test rows. */
  readonly accuracy?: number;
  readonly ends?: "succeeded" | "failed" | "running";
  /** Whether its answers are kept row by row. */
  readonly kept?: boolean;
  readonly rows?: number;
}

const steps = 40;

/** Run folders as the product writes them, without a backbone: for the pages that show runs. */
export class MadeRuns {
  /** A folder that VS Code can open. */
  readonly workspace = mkdtempSync(path.join(os.tmpdir(), "ptune-made-"));
  readonly root = path.join(this.workspace, ".ptune", "runs");
  private clock = Date.UTC(2026, 10, 24, 3);

  async make({ learningRate = 0.01, length = 4, init = "random", seed = 1, accuracy = 0.8, ends = "succeeded", kept = true, rows = 200 }: MadeRun = {}): Promise<string> {
    const experiment = experimentSchema.parse({
      name: "spam",
      model: { path: "tiny.gguf" },
      dataset: { train: "train.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
      task: { type: "classification", template: `Message: {text}\n{soft:${length}}Spam:{label}`, verbalizer: { ham: " no", spam: " yes" } },
      method: { init: { type: init } },
      training: { steps, learningRate, seed },
    });
    const environment = describeEnvironment({ programVersion: "0.1.0", onnxruntimeVersion: "1.30.0", threads: 1, gradients: "exact", model: { name: "tiny", sha256: "0".repeat(64) }, data: { all: "1".repeat(64) } });
    const folder = new RunStore(this.root, { now: () => new Date((this.clock += 60_000)) }).create(experiment, environment);
    const writer = await RunWriter.open(folder);
    const right = (row: number): boolean => scramble(row * 31 + Math.floor(seed / 3)) < accuracy;
    const measures = (share: number, loss: number): EvaluationMeasures => ({ items: rows, accuracy: share, macroF1: share - 0.01, loss });
    const events: RunEvent[] = [{ type: "state", state: "running" }];
    const reached = ends === "succeeded" ? steps : 17;
    for (let step = 1; step <= reached; step++) {
      const loss = 1.2 * Math.exp((-step * accuracy) / 14) + 0.25 + 0.12 * scramble(step * 7 + seed * 101);
      events.push({ type: "step", step, steps, epoch: step / 10, loss, learningRate, gradientNorm: 1, samplesPerSecond: 10, secondsLeft: null });
      if (step % 8 === 0) events.push({ type: "evaluation", step, split: "validation", measures: measures(accuracy - 0.3 * Math.exp(-step / 10) + 0.02 * scramble(seed + step), loss), best: true });
    }
    const hits = Array.from({ length: rows }, (_, row) => right(row)).filter(Boolean).length / rows;
    if (ends === "succeeded") {
      if (kept) writePredictions(folder, { predictions: 1, split: "test", data: "1".repeat(64), longestText: 1000 }, [...answers("learned", rows, right), ...answers("zero-shot", rows, (row) => scramble(row * 13 + 5) < 0.55)]);
      events.push({ type: "evaluation", step: steps, split: "test", measures: measures(hits, 1.4 - hits) }, { type: "state", state: "succeeded" });
      events.push({ type: "result", status: "succeeded", run: folder.path, adapter: null, test: measures(hits, 1.4 - hits), baselines: { "zero-shot": measures(0.55, 0.7) }, seconds: 12 + seed, trainingSeconds: 10, peakMemoryMB: 300 });
    }
    if (ends === "failed") events.push({ type: "state", state: "failed", reason: "The loss is not a number any more at step 18. Lower the learning rate." });
    for (const event of events) writer.append(event);
    writer.close();
    return folder.path;
  }

  dispose(): void {
    rmSync(this.workspace, { recursive: true, force: true });
  }
}

function* answers(set: string, rows: number, right: (row: number) => boolean): Generator<PredictionRow> {
  for (let row = 0; row < rows; row++) {
    const expected = row % 2 ? "spam" : "ham";
    const other = row % 2 ? "ham" : "spam";
    yield { set, index: row, row: row.toString(16).padStart(16, "0"), expected, predicted: right(row) ? expected : other, scores: { accuracy: Number(right(row)) } };
  }
}

/** The same number in [0, 1) for the same n. */
function scramble(n: number): number {
  let mixed = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
