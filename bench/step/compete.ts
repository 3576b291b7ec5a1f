import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { realModel } from "../parity/real-backbone.js";
import type { BenchmarkTexts } from "./batch.js";
import { Contestant } from "./contestant.js";
import type { OurWork } from "./our-contestant.js";

export interface Entry {
  readonly name: string;
  readonly work: Omit<OurWork, "texts" | "model"> | { readonly peft: { readonly dtype: "float32" | "bfloat16"; readonly compile?: boolean } };
}

export interface CompetitionOptions {
  readonly root: string;
  readonly texts: BenchmarkTexts;
  readonly entries: readonly Entry[];
  /** Steps that count, after `warmUps`. */
  readonly rounds: number;
  readonly warmUps?: number;
  readonly threads: number;
  /** Python with peft, and the model's GGUF file for it. */
  readonly python?: { readonly program: string; readonly modelFile: string };
  readonly model?: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

export interface Standing {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly firstLoss: number;
  readonly peakMB: number;
  readonly loadedMB: number;
}

/**
 * Every contestant is a process of its own (so that each peak of memory is its own), and they take turns step by step
 * (so that the machine's moods fall on all of them). One that cannot run is told and left out.
 */
export async function compete({ root, texts, entries, rounds, warmUps = 2, threads, python, model = realModel, signal, print }: CompetitionOptions): Promise<Standing[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-speed-"));
  const running: Contestant[] = [];
  try {
    const file = path.join(folder, "texts.json");
    writeFileSync(file, JSON.stringify(texts));
    for (const { name, work } of entries) {
      signal.throwIfAborted();
      if ("peft" in work && !python) continue;
      const contestant = "peft" in work
        ? Contestant.start(name, python!.program, [path.join(root, "bench", "peft_step.py"), "--gguf", python!.modelFile, "--threads", String(threads), "--texts", file, "--dtype", work.peft.dtype, ...(work.peft.compile ? ["--compile"] : [])])
        : Contestant.start(name, process.execPath, [path.join(root, "out", "claims", "step-contestant.cjs"), "--work", JSON.stringify({ model, texts: file, ...work, options: { threads, ...work.options } } satisfies OurWork)]);
      try {
        await contestant.step();
        running.push(contestant);
      } catch (error) {
        contestant.end();
        if (!("peft" in work && work.peft.compile)) throw error;
        print(`${name}: does not run here (${(error as Error).message.split("\n").filter(Boolean).at(-1)?.slice(0, 160)}).`);
      }
    }
    for (let round = 1; round < warmUps + rounds; round++) {
      for (const contestant of running) {
        signal.throwIfAborted();
        await contestant.step();
      }
    }
    return running.map(({ name, reports }) => ({
      name,
      seconds: reports.slice(warmUps).map(({ seconds }) => seconds),
      firstLoss: reports[0].loss,
      peakMB: Math.max(reports.at(-1)!.peakMB, reports.at(-1)!.loadedMB),
      loadedMB: reports.at(-1)!.loadedMB,
    }));
  } finally {
    for (const contestant of running) contestant.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function describeStanding({ name, seconds, peakMB, loadedMB }: Standing, width: number): string {
  const figures = [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => `${value.toFixed(3)} s`.padStart(10)).join("");
  return `${name.padEnd(width)}${figures}${`${peakMB.toFixed(0)} MB (${loadedMB.toFixed(0)})`.padStart(20)}`;
}
