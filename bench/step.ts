import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fetchRealModel } from "./parity/real-backbone.js";
import { pythonWith } from "./product/python.js";
import { batchSize, type BenchmarkBatch, makeBatch, textTokens, virtualTokens } from "./step/batch.js";
import { Contestant } from "./step/contestant.js";
import { runOurContestant } from "./step/our-contestant.js";

/**
 * npm run bench [-- --rounds 9 --threads 2]: one training step of ours beside one of PEFT. Every contestant is a process
 * of its own (so that each peak of memory is its own), and they take turns step by step (so that the machine's moods
 * fall on all of them); medians. The script is bundled to out/bench/step.cjs and run from the repository's root.
 */

const warmUps = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "9" }, threads: { type: "string", default: "2" }, contestant: { type: "string" }, batch: { type: "string" } },
  });
  const threads = Number(values.threads);
  if (values.contestant !== undefined) {
    const [place, scoring] = values.contestant.split("/") as ["prefix" | "suffix", "words" | "vocabulary"];
    return runOurContestant(place, scoring, threads, JSON.parse(readFileSync(values.batch!, "utf8")) as BenchmarkBatch);
  }
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-bench-"));
  try {
    await compete(folder, Number(values.rounds), threads);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compete(folder: string, rounds: number, threads: number): Promise<void> {
  const { modelFile } = await fetchRealModel({ onProgress: ({ phase, file }) => process.stderr.write(`\r${phase} ${file} `) });
  const batch = path.join(folder, "batch.json");
  writeFileSync(batch, JSON.stringify(makeBatch()));
  const common = ["--threads", String(threads), "--batch", batch];
  const ours = (name: string, which: string): Contestant => Contestant.start(name, process.execPath, [process.argv[1], "--contestant", which, ...common]);

  console.log(`SmolLM2-135M in float32, batch of ${batchSize} texts of ${textTokens} tokens with ${virtualTokens} virtual tokens; ${threads} threads; ${cpus()[0]?.model ?? "unknown processor"}.`);
  const contestants = [ours("ours, prompt before the text", "prefix/words"), ours("ours, same, scores of the whole vocabulary", "prefix/vocabulary"), ours("ours, prompt after the text", "suffix/words")];
  // The figure of Unix systems: how many processes wanted a core in the last minute. 0 on Windows.
  const [load] = loadavg();
  if (load > 0.3 * availableParallelism()) console.log(`Other processes are busy here (load ${load.toFixed(1)} on ${availableParallelism()} cores): the figures are not to be trusted; run it again when it is quiet.`);
  const python = pythonWith(["peft", "torch", "transformers", "gguf"]);
  const peft = "program" in python ? Contestant.start("PEFT, prompt before the text", python.program, [path.join("bench", "peft_step.py"), "--gguf", modelFile, ...common]) : undefined;
  if ("program" in python) console.log(`PEFT's step with ${python.versions}, all logits (its forward pass with labels).`);
  else console.log(`PEFT's step is not measured: ${python.lacks}. PTUNE_PYTHON names a Python with peft, torch, transformers and gguf.`);
  if (peft) contestants.push(peft);
  try {
    for (let round = -warmUps; round < rounds; round++) {
      for (const contestant of contestants) {
        const { seconds } = await contestant.step();
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}: ${contestant.name} ${seconds.toFixed(2)} s`);
      }
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    for (const contestant of contestants) contestant.end();
  }
  report(contestants, peft, rounds);
}

function report(contestants: readonly Contestant[], peft: Contestant | undefined, rounds: number): void {
  const secondsOf = ({ reports }: Contestant): number[] => reports.slice(warmUps).map(({ seconds }) => seconds);
  const width = Math.max(...contestants.map(({ name }) => name.length));
  console.log(`\n${"step".padEnd(width)}   median   fastest  slowest  peak MB (loading)${peft ? "   PEFT's time   PEFT's memory" : ""}`);
  for (const contestant of contestants) {
    const seconds = secondsOf(contestant);
    const { peakMB, loadedMB } = contestant.reports.at(-1)!;
    const against = peft ? `${(median(secondsOf(peft)) / median(seconds)).toFixed(2)} x`.padStart(14) + `${(peft.reports.at(-1)!.peakMB / peakMB).toFixed(2)} x`.padStart(16) : "";
    const figures = [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => `${value.toFixed(3)} s`.padStart(9)).join("");
    console.log(`${contestant.name.padEnd(width)}${figures}${`${peakMB.toFixed(0)} (${loadedMB.toFixed(0)})`.padStart(18)}${against}`);
  }
  console.log(`\nMedians of ${rounds} steps after ${warmUps}, forward, backward and AdamW. Memory: the process's largest resident memory while stepping (and while loading).`);
  console.log(`After the text: its keys and values are kept from the first step on; that first step took ${contestants[2].reports[0].seconds.toFixed(2)} s, with the graph's opening.`);
  if (peft) {
    const [, same] = contestants;
    console.log(`Same work: the loss of the first step is ${same.reports[0].loss.toFixed(6)} here and ${peft.reports[0].loss.toFixed(6)} in PEFT; of the last ${same.reports.at(-1)!.loss.toFixed(6)} and ${peft.reports.at(-1)!.loss.toFixed(6)}.`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
