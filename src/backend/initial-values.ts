import { RandomSource } from "../common/random.js";
import type { TensorValues } from "../engine/program.js";
import { initializeHead } from "../training/initialization/light-head.js";
import { initializePrompt } from "../training/initialization/initialize-prompt.js";
import { countTokens } from "../training/initialization/token-frequencies.js";
import path from "node:path";
import type { PreparedRun } from "./prepared-run.js";
import { readPromptFile } from "./prompt-file.js";

/** Where training starts: the prompt as the method's init says, a light head small and random. */
export async function initialValues(run: PreparedRun): Promise<TensorValues> {
  const { experiment, backbone, dataset, task, program, folder } = run;
  const { seed } = experiment.training;
  const sequences = dataset.splits.train.map((example) => task.trainingSequence(example).tokens.filter((token) => token >= 0));
  const prompt = await initializePrompt(experiment.method.init, {
    virtualTokens: task.virtualTokens,
    embeddings: backbone.embeddings,
    tokenizer: backbone.tokenizer,
    labelWords: experiment.task.type === "generation" ? [] : Object.values(experiment.task.verbalizer ?? {}),
    tokenFrequencies: countTokens(sequences, backbone.description.vocabularySize),
    random: RandomSource.derive(seed, "initialization"),
    readFile: (file) => readPromptFile(path.resolve(folder, file), backbone.description),
  });
  return { prompt, ...initializeHead(program.trainables, RandomSource.derive(seed, "head")) };
}
