import type { Workspace } from "./workspace.js";

/** How much a small experiment trains. */
export interface SmallExperimentSize {
  readonly steps: number;
  readonly checkpointEvery: number;
  readonly every: number;
  readonly soft: number;
}

const subjects = ["the meeting", "your invoice", "a free prize", "the patch", "cheap pills", "our dinner", "the parser", "a loan offer"];
const verbs = ["is waiting for you", "was moved to Friday", "needs an answer today", "has been accepted", "can be yours now", "fails on my machine"];

/**
 * Writes an experiment with 48 rows of many lengths, so that the order of the data, buckets and padding matter.
 * @param model the experiment's `model`. Returns the experiment's file.
 */
export function writeSmallExperiment(workspace: Pick<Workspace, "write" | "writeExperiment">, name: string, model: unknown, { steps, checkpointEvery, every, soft }: SmallExperimentSize): string {
  const rows = subjects.flatMap((subject, i) => verbs.map((verb, k) => `${subject} ${verb}${" again".repeat((i * 5 + k * 3) % 7)}\t${(i + k) % 3 === 0 ? "spam" : "ham"}`));
  workspace.write("train.tsv", ["text\tlabel", ...rows.filter((_, i) => i % 4 > 0), ""].join("\n"));
  workspace.write("test.tsv", ["text\tlabel", ...rows.filter((_, i) => i % 4 === 0), ""].join("\n"));
  return workspace.writeExperiment({
    name,
    model,
    dataset: { train: "train.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
    task: { type: "classification", template: `Message: {text}\n{soft:${soft}} Spam:{label}`, verbalizer: { ham: " no", spam: " yes" } },
    method: { init: { type: "random" } },
    training: { steps, batchSize: 4, accumulate: 2, learningRate: 0.01, checkpointEvery },
    evaluation: { every, baselines: ["zero-shot"] },
  });
}
