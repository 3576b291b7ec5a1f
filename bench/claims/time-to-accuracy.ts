import { existsSync } from "node:fs";
import path from "node:path";
import { fetchRealModel } from "../parity/real-backbone.js";
import { percent } from "../product/accuracy.js";
import { buildCommandLine } from "../product/command-line.js";
import { pythonWith } from "../product/python.js";
import { raceOurs } from "../race/our-race.js";
import { finalAccuracy, type Pace, secondsTo } from "../race/pace.js";
import { racePeft } from "../race/peft-race.js";
import { type RaceSize, type RaceTask, raceExperiment, raceTasks } from "../race/race-task.js";
import type { Claim, ClaimContext } from "./claim.js";

const share = 0.95;
const goals = { fp32: 4, bf16: 3 } as const;
const standard: RaceSize = { steps: 40, batchSize: 8, every: 5, rows: 64 };

export const claim: Claim = {
  name: "time-to-accuracy",
  summary: `Time to ${100 * share} % of the final accuracy on sms_spam and SST-2, training and evaluations: at least ${goals.fp32} times as fast as PEFT in float32, ${goals.bf16} times as in bfloat16 (3 seeds; arguments: seeds as 1,2,3, then steps, then sets).`,
  async run(context) {
    const { sharedData, arguments: [seedArgument, stepArgument, setArgument] } = context;
    if (!sharedData || raceTasks.some(({ set }) => !existsSync(path.join(sharedData, set)))) return { skipped: "the data (../shared/data) is not here." };
    const python = pythonWith(["peft", "torch", "transformers", "gguf"]);
    if ("lacks" in python) return { skipped: `${python.lacks}. PTUNE_PYTHON names a Python with peft, torch, transformers and gguf.` };
    const { modelFile } = await fetchRealModel({ signal: context.signal });
    const script = buildCommandLine(context.root);
    const size = { ...standard, ...(stepArgument ? { steps: Number(stepArgument) } : {}) };
    const seeds = (seedArgument ?? "1,2,3").split(",").map(Number);
    context.print(`${size.steps} steps of ${size.batchSize} texts, evaluated on ${size.rows} rows every ${size.every} steps; ${python.versions}. The clock runs from the first step on; loading the model is not in it, evaluations are.`);
    context.print("PEFT has the same first vectors, batches, learning rates and rows, its prompt in front of the text. Contestants run one at a time.");
    const held: boolean[] = [];
    for (const task of raceTasks.filter(({ set }) => !setArgument || setArgument.split(",").includes(set))) held.push(await race(task, { context, sharedData, script, python: python.program, modelFile, size, seeds }));
    return held.every(Boolean);
  },
};

interface Circumstances {
  readonly context: ClaimContext;
  readonly sharedData: string;
  readonly script: string;
  readonly python: string;
  readonly modelFile: string;
  readonly size: RaceSize;
  readonly seeds: readonly number[];
}

async function race(task: RaceTask, { context: { root, print, signal }, sharedData, script, python, modelFile, size, seeds }: Circumstances): Promise<boolean> {
  const experiment = (place: "prefix" | "suffix", seed: number) => raceExperiment(task, sharedData, place, seed, size);
  const ours = (place: "prefix" | "suffix") => (seed: number): Promise<Pace> => raceOurs(script, experiment(place, seed), seed, size.steps, signal);
  const peft = (dtype: "float32" | "bfloat16") => (seed: number): Promise<Pace> => racePeft(experiment("prefix", seed), { python, root, modelFile, dtype, signal });
  const contestants: Record<string, (seed: number) => Promise<Pace>> = { "ours, prompt in front": ours("prefix"), "ours, prompt behind the text": ours("suffix"), "PEFT fp32": peft("float32"), "PEFT bf16": peft("bfloat16") };
  const paces: Record<string, Pace[]> = {};
  print(`\n${task.set}`);
  for (const seed of seeds) {
    for (const [name, run] of Object.entries(contestants)) {
      signal.throwIfAborted();
      const pace = await run(seed);
      (paces[name] ??= []).push(pace);
      print(`${name}, seed ${seed}: ${pace.marks.map(({ step, seconds, accuracy }) => `${step}: ${percent(accuracy)} (${seconds.toFixed(1)} s)`).join(", ")}`);
    }
  }
  // One target for all, from the best of them: who learns less would else be done sooner.
  const target = share * Math.max(...Object.values(paces).map(finalAccuracy));
  print(`Target: ${percent(target)}, ${100 * share} % of the best final accuracy (mean of the seeds).`);
  const reached = Object.fromEntries(Object.entries(paces).map(([name, each]) => [name, secondsTo(target, each)]));
  for (const [name, each] of Object.entries(paces)) {
    const { seconds, missed } = reached[name];
    const own = secondsTo(share * finalAccuracy(each), each);
    print(`${name}: ${seconds.toFixed(1)} s${missed > 0 ? ` (${missed} of ${each.length} did not get there and count with their whole time)` : ""}; final ${percent(finalAccuracy(each))}, ${100 * share} % of that after ${own.seconds.toFixed(1)} s`);
  }
  return ["ours, prompt in front", "ours, prompt behind the text"].map((name) => {
    const [fp32, bf16] = ["PEFT fp32", "PEFT bf16"].map((opponent) => reached[opponent].seconds / reached[name].seconds);
    const holds = reached[name].missed === 0 && fp32 >= goals.fp32 && bf16 >= goals.bf16;
    print(`${task.set}, ${name}: ${fp32.toFixed(2)} times as fast as PEFT fp32 (goal ${goals.fp32}), ${bf16.toFixed(2)} times as PEFT bf16 (goal ${goals.bf16}): ${holds ? "met" : "not met"}`);
    return holds;
  }).some(Boolean);
}
