import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ClaimContext } from "../claims/claim.js";
import { smallShape, writeSyntheticLlama } from "../product/synthetic-llama.js";
import { type BenchmarkTexts, randomTexts, standardShape } from "../step/batch.js";
import { compete, type Entry, median } from "../step/compete.js";
import type { Series } from "./fit.js";

const rounds = 3;

/** Median times of the exact prefix step by the sizes it may grow with, all else as in the standard shape. */
export async function measureGrowth({ root, signal, print }: Pick<ClaimContext, "root" | "signal" | "print">): Promise<Series[]> {
  const time = async (texts: BenchmarkTexts, work: Entry["work"] = { place: "prefix" }): Promise<number> => {
    const [standing] = await compete({ root, texts, entries: [{ name: "ours", work }], rounds, threads: 2, signal, print });
    return median(standing.seconds);
  };
  const along = async (name: string, values: readonly number[], measure: (value: number) => Promise<number>): Promise<Series> => {
    const seconds: number[] = [];
    for (const value of values) seconds.push(await measure(value));
    return { name, values, seconds };
  };
  return [
    await along("texts in a batch", [4, 8, 16, 32], (texts) => time(randomTexts({ ...standardShape, texts }))),
    await along("tokens of a text", [40, 80, 160, 320], (tokens) => time(randomTexts({ ...standardShape, tokens }))),
    await along("virtual tokens", [5, 20, 80, 160], (virtualTokens) => time(randomTexts({ ...standardShape, virtualTokens }))),
    await along("layers", [5, 10, 20, 40], (layers) => withSynthetic(layers, (file) => time(randomTexts(), { place: "prefix", file }))),
  ];
}

/** A model of random weights with the layers of the real one, as many as wanted. */
async function withSynthetic<T>(layers: number, work: (file: { readonly path: string; readonly cache: string }) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-growth-"));
  try {
    const file = path.join(folder, "synthetic.gguf");
    writeSyntheticLlama(file, { ...smallShape, layers });
    return await work({ path: file, cache: path.join(folder, "cache") });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
