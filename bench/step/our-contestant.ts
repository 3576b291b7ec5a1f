import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Backbone, OpenBackboneOptions, ProgramOptions } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { trainingSchema } from "../../src/experiment/schema.js";
import { createOptimizer } from "../../src/training/optimizers/create-optimizer.js";
import { openRealBackbone } from "../parity/real-backbone.js";
import { type BenchmarkTexts, type Place, sequencesOf } from "./batch.js";
import type { Step, StepReport } from "./contestant.js";
import { isolatedProducts } from "./isolated-products.js";
import { forgetPeak, peakMemoryMB } from "./peak-memory.js";

/** What one of our processes does, as its only argument. */
export interface OurWork {
  /** A name of the catalogue. */
  readonly model?: string;
  /** A GGUF file instead, and the cache for its unpacked weights. */
  readonly file?: { readonly path: string; readonly cache: string };
  /** "products": no training, only the weights' products of the prefix step, each by itself. */
  readonly place: Place | "products";
  readonly weights?: OpenBackboneOptions["weights"];
  readonly scoring?: "words" | "vocabulary";
  readonly options?: Pick<ProgramOptions, "backward" | "packWeights" | "threads">;
  /** File with the texts. */
  readonly texts: string;
}

/** Trains in this process: one step for every line on standard input, one report for each on standard output. */
export async function runOurContestant(work: OurWork): Promise<void> {
  const texts = JSON.parse(readFileSync(work.texts, "utf8")) as BenchmarkTexts;
  const { file, weights } = work;
  const backbone = file ? await openBackbone({ name: "file", format: "gguf", modelFile: file.path, folder: path.dirname(file.path), files: [], description: "file" }, { cache: file.cache, weights }) : await openRealBackbone({}, work.model, weights);
  const step = work.place === "products" ? await isolatedProducts(backbone, texts, work.options?.threads) : await trainingStep(backbone, texts, work, work.place);
  const loadedMB = peakMemoryMB();
  forgetPeak();
  let turn = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== "step") break;
    const began = performance.now();
    const { loss, seconds } = await step(turn++);
    const report: StepReport = { seconds: seconds ?? (performance.now() - began) / 1000, loss, peakMB: peakMemoryMB(), loadedMB };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await backbone.dispose();
}

async function trainingStep(backbone: Backbone, texts: BenchmarkTexts, { scoring = "words", options }: OurWork, place: Place): Promise<Step> {
  const head = scoring === "words" ? ({ kind: "words", tokenIds: Int32Array.from(texts.words) } as const) : ({ kind: "vocabulary" } as const);
  const program = await backbone.createProgram({ virtualTokens: texts.promptIds.length, head, ...options });
  const batches = texts.batches.map((batch) => sequencesOf(batch, texts, place, scoring));
  const values = { prompt: backbone.embeddings.gather(texts.promptIds) };
  const optimizer = createOptimizer(trainingSchema.parse({ optimizer: "adamw" }), program.trainables);
  return async (turn) => {
    const { loss, gradients } = await program.step(batches[turn % batches.length], values);
    optimizer.step(values, gradients, 0.001);
    return { loss };
  };
}
