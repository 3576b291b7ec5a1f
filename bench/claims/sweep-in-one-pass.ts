import { rmSync } from "node:fs";
import path from "node:path";
import { buildCommandLine } from "../product/command-line.js";
import { measureCommand, type MeasuredCommand } from "../product/measured-command.js";
import { realModel } from "../parity/real-backbone.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const runs = 8;
const steps = 12;
const memoryLimit = 1.4;
/** Losses of a run alone and in a sweep differ by rounding, which training carries on. */
const lossLimit = 1e-2;

const templates = { "prompt before the text": "{soft:20}\n{text}\nSpam:{label}", "prompt behind the text": "Message: {text}\n{soft:20}Spam:{label}" } as const;
type Place = keyof typeof templates;

export const claim: Claim = {
  name: "sweep-in-one-pass",
  summary: `A sweep of ${runs} seeds of SmolLM2-135M takes at most ${memoryLimit} times the memory of one run and less time than the runs one after the other, with the prompt before and behind the text; losses are those of the runs alone. An argument chooses one: before or behind.`,
  async run(context) {
    const script = buildCommandLine(context.root);
    const workspace = new Workspace();
    try {
      const held: boolean[] = [];
      const [chosen] = context.arguments;
      for (const place of (Object.keys(templates) as Place[]).filter((each) => chosen === undefined || each.includes(chosen))) held.push(await compare(place, script, workspace, context));
      return held.length > 0 && held.every(Boolean);
    } finally {
      workspace.dispose();
    }
  },
};

async function compare(place: Place, script: string, workspace: Workspace, { print, signal }: ClaimContext): Promise<boolean> {
  const ptune = (...args: string[]): Promise<MeasuredCommand> => measureCommand(process.execPath, [script, "--json", ...args], { cwd: workspace.folder, signal });
  // Unpacks the weights and checks the gradient, once a model: it does not count.
  await ptune("run", workspace.writeExperiment(experimentOf(place, 1, 1)));
  const alone: MeasuredCommand[] = [];
  for (let seed = 1; seed <= runs; seed++) alone.push(await ptune("run", workspace.writeExperiment(experimentOf(place, seed, steps))));
  const sweep = await ptune("sweep", workspace.writeExperiment(experimentOf(place, 1, steps)), "--seeds", String(runs), "--at-once", String(runs));
  rmSync(path.join(workspace.folder, ".ptune"), { recursive: true });

  const seconds = alone.reduce((sum, each) => sum + each.seconds, 0);
  const peak = Math.max(...alone.map(({ peakMiB }) => peakMiB));
  const differences = alone.flatMap(({ objects }, i) => {
    const shared = lossesOf(sweep.objects.filter(({ settings }) => settings?.["training.seed"] === i + 1));
    return lossesOf(objects).map((loss, step) => Math.abs(loss - shared[step]) / loss);
  });
  const accuracies = (objects: MeasuredCommand["objects"]): number[] => objects.filter(({ type }) => type === "result").map(({ test }) => test.accuracy as number);
  const [own, together] = [alone.flatMap(({ objects }) => accuracies(objects)), accuracies(sweep.objects).sort((a, b) => a - b)];
  const mean = (values: readonly number[]): string => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4);
  const ratio = sweep.peakMiB / peak;
  const largest = Math.max(...differences);
  const holds = ratio <= memoryLimit && sweep.seconds < seconds && differences.length === runs * steps && largest <= lossLimit;
  print(`${place}: ${runs} runs one after the other ${seconds.toFixed(1)} s (${alone.map((each) => each.seconds.toFixed(1)).join(", ")}), in one sweep ${sweep.seconds.toFixed(1)} s: ${(seconds / sweep.seconds).toFixed(2)} times as fast`);
  print(`  peak memory ${peak.toFixed(0)} MiB of one, ${sweep.peakMiB.toFixed(0)} MiB of the sweep: ${ratio.toFixed(2)} (limit ${memoryLimit})`);
  print(`  largest relative difference of the ${differences.length} losses ${largest.toExponential(1)} (limit ${lossLimit}); mean accuracy on the test rows ${mean(own)} and ${mean(together)}: ${holds ? "met" : "not met"}`);
  return holds;
}

const lossesOf = (events: MeasuredCommand["objects"]): number[] => events.filter(({ type }) => type === "step").map(({ loss }) => loss as number);

function experimentOf(place: Place, seed: number, stepsOfRun: number): { readonly name: string; readonly [setting: string]: unknown } {
  return {
    name: "sweep",
    model: realModel,
    dataset: { sample: "spam-assassin", limit: { train: 256, validation: 20, test: 40 } },
    task: { type: "classification", template: templates[place], verbalizer: { ham: " no", spam: " yes" }, maxTokens: { text: 40 } },
    method: { type: "prompt-tuning", init: { type: "random" } },
    training: { steps: stepsOfRun, batchSize: 8, learningRate: 0.01, seed },
    evaluation: { every: steps, batchSize: 16, baselines: ["zero-shot"] },
  };
}
