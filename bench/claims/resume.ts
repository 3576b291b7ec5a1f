import path from "node:path";
import { RandomSource } from "../../src/common/random.js";
import { buildCommandLine } from "../product/command-line.js";
import { cutAndResume, type CutOptions, runUninterrupted } from "../product/cut-and-resume.js";
import { realModel } from "../parity/real-backbone.js";
import { type SmallExperimentSize, writeSmallExperiment } from "../product/small-experiment.js";
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

async function cutRuns({ print, signal }: ClaimContext, script: string, seed: number, name: string, model: unknown, size: SmallExperimentSize): Promise<boolean> {
  const workspace = new Workspace();
  try {
    const options: CutOptions = { script, workspace, experiment: writeSmallExperiment(workspace, "resume", model, size), random: RandomSource.derive(seed, name), signal };
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
