import path from "node:path";
import { existsSync } from "node:fs";
import { spreadOf } from "../../src/comparison/statistics.js";
import { percent } from "../product/accuracy.js";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { realModel } from "../parity/real-backbone.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const seeds = [1, 2, 3, 4, 5];
/** 97.5 percentile of Student's t with 4 degrees of freedom: five pairs. */
const studentT = 2.776;

interface Task {
  readonly set: string;
  readonly test: string;
  readonly question: string;
  readonly verbalizer: Readonly<Record<string, string>>;
}

const tasks: readonly Task[] = [
  { set: "sms_spam", test: "test.tsv", question: "Spam:", verbalizer: { ham: " no", spam: " yes" } },
  { set: "sst2", test: "dev.tsv", question: "Sentiment:", verbalizer: { 0: " negative", 1: " positive" } },
  { set: "subj", test: "test.tsv", question: "Kind:", verbalizer: { objective: " objective", subjective: " subjective" } },
];

export const claim: Claim = {
  name: "approximate-quality",
  summary: "Whole trainings with the approximate backward pass lose nothing beyond the spread of exact seeds: 3 tasks, 5 seeds, paired with exact ones. Arguments choose tasks.",
  async run(context) {
    const { sharedData, arguments: chosen } = context;
    if (!sharedData || tasks.some(({ set }) => !existsSync(path.join(sharedData, set)))) return { skipped: "the data (../shared/data) is not here." };
    const script = buildCommandLine(context.root);
    const held: boolean[] = [];
    for (const task of tasks.filter(({ set }) => chosen.length === 0 || chosen.includes(set))) held.push(await compare(task, sharedData, script, context));
    return held.every(Boolean);
  },
};

async function compare(task: Task, sharedData: string, script: string, { print, signal }: ClaimContext): Promise<boolean> {
  const accuracies = { exact: [] as number[], approximate: [] as number[] };
  const seconds = { exact: 0, approximate: 0 };
  for (const seed of seeds) {
    for (const precision of ["exact", "approximate"] as const) {
      const workspace = new Workspace();
      try {
        const file = workspace.writeExperiment(experimentOf(task, path.join(sharedData, task.set), precision, seed));
        const result = await runToResult(script, ["run", file], { folder: workspace.folder, signal });
        accuracies[precision].push(result.test?.accuracy ?? NaN);
        seconds[precision] += result.trainingSeconds;
      } finally {
        workspace.dispose();
      }
    }
    print(`${task.set}, seed ${seed}: exact ${percent(accuracies.exact.at(-1))}, approximate ${percent(accuracies.approximate.at(-1))}`);
  }
  const [exact, approximate] = [spreadOf(accuracies.exact)!, spreadOf(accuracies.approximate)!];
  const paired = spreadOf(accuracies.exact.map((value, i) => accuracies.approximate[i] - value))!;
  const reach = (studentT * paired.deviation!) / Math.sqrt(paired.count);
  // The spread of exact trainings: one of its own, where a training went wrong, would excuse the approximate ones.
  const holds = paired.mean >= -exact.deviation!;
  print(`${task.set}: exact ${percent(exact.mean)} ± ${percent(exact.deviation!)}, approximate ${percent(approximate.mean)} ± ${percent(approximate.deviation!)}; approximate − exact ${percent(paired.mean)}, 95 % interval ${percent(paired.mean - reach)} to ${percent(paired.mean + reach)}; training ${Math.round(seconds.exact)} s and ${Math.round(seconds.approximate)} s in all: ${holds ? "no loss beyond the spread" : "a loss beyond the spread"}`);
  return holds;
}

function experimentOf({ set, test, question, verbalizer }: Task, folder: string, precision: "exact" | "approximate", seed: number): { readonly name: string; readonly [setting: string]: unknown } {
  return {
    name: `${set}-${precision}`.replace("_", "-"),
    model: realModel,
    dataset: { train: path.join(folder, "train.tsv"), test: path.join(folder, test), columns: { text: "text", label: "label" }, limit: { validation: 60, test: 300 } },
    task: { type: "classification", template: `{soft:20}\n{text}\n${question}{label}`, verbalizer, maxTokens: { text: 40 } },
    method: { type: "prompt-tuning", init: { type: "sampled-vocabulary", mostCommon: 5000 } },
    training: { steps: 80, batchSize: 8, learningRate: 0.02, seed, precision, packWeights: true },
    evaluation: { every: 80, batchSize: 32, metric: "loss", baselines: [] },
  };
}
