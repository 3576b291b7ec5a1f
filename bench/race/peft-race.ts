import { writeFileSync } from "node:fs";
import path from "node:path";
import { initialValues } from "../../src/backend/initial-values.js";
import { prepareRun } from "../../src/backend/prepared-run.js";
import type { Sequence } from "../../src/engine/program.js";
import { experimentSchema } from "../../src/experiment/schema.js";
import { learningRateAt } from "../../src/training/schedule.js";
import { BatchSampler } from "../../src/training/batch-sampler.js";
import { runPython } from "../product/python.js";
import { Workspace } from "../product/workspace.js";
import type { Mark, Pace } from "./pace.js";
import { threads } from "./race-task.js";

export interface PeftRace {
  readonly python: string;
  readonly root: string;
  readonly modelFile: string;
  readonly dtype: "float32" | "bfloat16";
  readonly signal: AbortSignal;
}

/**
 * Trains with PEFT what the experiment says, whose prompt stands in front: the same first vectors, batches, learning rates,
 * clipping and rows of evaluation, as token ids.
 */
export async function racePeft(plain: unknown, { python, root, modelFile, dtype, signal }: PeftRace): Promise<Pace> {
  const workspace = new Workspace();
  try {
    const file = path.join(workspace.folder, "work.json");
    const experiment = experimentSchema.parse(plain);
    writeFileSync(file, JSON.stringify(await workOf(experiment, workspace.folder)));
    const output = await runPython(python, [path.join(root, "bench", "peft_training.py"), "--gguf", modelFile, "--threads", String(threads), "--work", file, "--dtype", dtype], signal);
    return { seed: experiment.training.seed, marks: output.trim().split("\n").map((line) => JSON.parse(line) as Mark) };
  } finally {
    workspace.dispose();
  }
}

async function workOf(experiment: ReturnType<typeof experimentSchema.parse>, folder: string): Promise<object> {
  const run = await prepareRun(experiment, folder, { runsRoot: path.join(folder, "runs") });
  try {
    const { head } = run.task;
    if (head.kind !== "words") throw new Error("The labels must be words.");
    const words = [...head.tokenIds];
    const { training, evaluation } = experiment;
    const sequences = (split: "train" | "validation"): Sequence[] => run.dataset.splits[split].map((example) => run.task.trainingSequence(example));
    const idsOf = ({ tokens, scored }: Sequence): number[] => [...[...tokens].filter((token) => token >= 0), words[scored[0].target]];
    const items = sequences("train");
    const sampler = new BatchSampler(items.map(({ tokens }) => tokens.length), training);
    const { prompt } = await initialValues(run);
    return {
      words,
      prompt: [...prompt],
      virtualTokens: run.task.virtualTokens,
      batches: Array.from({ length: training.steps }, () => Array.from(sampler.next(), (item) => idsOf(items[item]))),
      learningRates: Array.from({ length: training.steps }, (_, step) => learningRateAt(training, step)),
      clipNorm: training.clipNorm,
      validation: sequences("validation").map(idsOf),
      evaluation: { every: evaluation.every, batchSize: evaluation.batchSize },
    };
  } finally {
    await run.backbone.dispose();
  }
}
