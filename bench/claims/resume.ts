import path from "node:path";
import { RandomSource } from "../../src/common/random.js";
import { buildCommandLine } from "../product/command-line.js";
import { cutAndResume, type CutOptions, runUninterrupted } from "../product/cut-and-resume.js";
import { realModel } from "../parity/real-backbone.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const moments = 20;

export const claim: Claim = {
  name: "resume",
  summary: `A run killed (SIGKILL) at a random moment and resumed is bit for bit the run that was not stopped: ${moments} moments on SmolLM2-135M, ${moments} on a tiny model.`,
  async run(context) {
    const seed = Number(context.arguments[0] ?? Date.now() % 100_000);
    context.print(`Compared byte for byte: the adapter, the last checkpoint (soft prompt, moments, order of the data), every step's loss and gradient norm, every evaluation. Moments drawn with seed ${seed} (an argument repeats them).`);
    const script = buildCommandLine(context.root);
    const tiny = await cutRuns(context, script, seed, "tiny model", { path: path.join(context.root, "test", "fixtures", "tiny.gguf") }, { steps: 40, checkpointEvery: 7, every: 10, soft: 6 });
    const real = await cutRuns(context, script, seed, "SmolLM2-135M", realModel, { steps: 12, checkpointEvery: 3, every: 5, soft: 8 });
    return tiny && real;
  },
};

interface Size {
  readonly steps: number;
  readonly checkpointEvery: number;
  readonly every: number;
  readonly soft: number;
}

async function cutRuns({ print, signal }: ClaimContext, script: string, seed: number, name: string, model: unknown, size: Size): Promise<boolean> {
  const workspace = new Workspace();
  try {
    const options: CutOptions = { script, workspace, experiment: writeExperiment(workspace, model, size), random: RandomSource.derive(seed, name), signal };
    const whole = await runUninterrupted(options);
    print(`${name}: uninterrupted, ${whole.left.steps.length} steps, ${whole.left.evaluations.length} evaluations`);
    let equal = 0;
    for (let number = 1; number <= moments; number++) {
      const { cutAtSteps, differences } = await cutAndResume(number, whole, options);
      if (differences.length === 0) equal++;
      print(`${name}: moment ${number}, killed after step ${cutAtSteps.join(", the resumed one after step ")}: ${differences.length === 0 ? "equal" : differences.join("; ")}`);
    }
    print(`${name}: ${equal} of ${moments} equal byte for byte`);
    return equal === moments && whole.left.steps.length === size.steps;
  } finally {
    workspace.dispose();
  }
}

const subjects = ["the meeting", "your invoice", "a free prize", "the patch", "cheap pills", "our dinner", "the parser", "a loan offer"];
const verbs = ["is waiting for you", "was moved to Friday", "needs an answer today", "has been accepted", "can be yours now", "fails on my machine"];

/** Rows of many lengths, so that the order of the data, buckets and padding matter. */
function writeExperiment(workspace: Workspace, model: unknown, { steps, checkpointEvery, every, soft }: Size): string {
  const rows = subjects.flatMap((subject, i) => verbs.map((verb, k) => `${subject} ${verb}${" again".repeat((i * 5 + k * 3) % 7)}\t${(i + k) % 3 === 0 ? "spam" : "ham"}`));
  workspace.write("train.tsv", ["text\tlabel", ...rows.filter((_, i) => i % 4 > 0), ""].join("\n"));
  workspace.write("test.tsv", ["text\tlabel", ...rows.filter((_, i) => i % 4 === 0), ""].join("\n"));
  return workspace.writeExperiment({
    name: "resume",
    model,
    dataset: { train: "train.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
    task: { type: "classification", template: `Message: {text}\n{soft:${soft}} Spam:{label}`, verbalizer: { ham: " no", spam: " yes" } },
    method: { init: { type: "random" } },
    training: { steps, batchSize: 4, accumulate: 2, learningRate: 0.01, checkpointEvery },
    evaluation: { every, baselines: ["zero-shot"] },
  });
}
