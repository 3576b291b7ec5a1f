import { createInterface } from "node:readline";
import { trainingSchema } from "../../src/experiment/schema.js";
import { createOptimizer } from "../../src/training/optimizers/create-optimizer.js";
import { openRealBackbone } from "../parity/real-backbone.js";
import { type BenchmarkBatch, sequencesOf, virtualTokens } from "./batch.js";
import type { StepReport } from "./contestant.js";
import { forgetPeak, peakMemoryMB } from "./peak-memory.js";

/** Trains in this process: one step for every line on standard input, one report for each on standard output. */
export async function runOurContestant(place: "prefix" | "suffix", scoring: "words" | "vocabulary", threads: number, batch: BenchmarkBatch): Promise<void> {
  const backbone = await openRealBackbone();
  const head = scoring === "words" ? ({ kind: "words", tokenIds: Int32Array.from(batch.words) } as const) : ({ kind: "vocabulary" } as const);
  const program = await backbone.createProgram({ virtualTokens, head, threads });
  const sequences = sequencesOf(batch, place, scoring);
  const values = { prompt: backbone.embeddings.gather(batch.promptIds) };
  const optimizer = createOptimizer(trainingSchema.parse({ optimizer: "adamw" }), program.trainables);
  const loadedMB = peakMemoryMB();
  forgetPeak();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== "step") break;
    const began = performance.now();
    const { loss, gradients } = await program.step(sequences, values);
    optimizer.step(values, gradients, 0.001);
    const report: StepReport = { seconds: (performance.now() - began) / 1000, loss, peakMB: peakMemoryMB(), loadedMB };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await backbone.dispose();
}
