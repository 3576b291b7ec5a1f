import { existsSync } from "node:fs";
import path from "node:path";
import type { TaskSettings } from "../../src/experiment/schema.js";

/** What the claim `end-to-end` crosses: a row of its table is a backbone on a task. To add one, add an entry here. */

export interface EndToEndBackbone {
  /** Chooses it on the command line. */
  readonly id: string;
  readonly title: string;
  /** As an experiment names it. */
  readonly model: string | { readonly path: string };
  /** Which of a task's ways of asking it is asked in. */
  readonly kind: "decoder" | "encoder";
}

export interface EndToEndTask {
  readonly id: string;
  readonly title: string;
  readonly dataset: string | object;
  /** By kind of backbone. */
  readonly settings: Readonly<Record<EndToEndBackbone["kind"], Partial<TaskSettings> & { readonly type: "classification" }>>;
  readonly init: string;
  readonly steps: number;
  /** The accuracy on the test rows below which a row fails, by kind of backbone. */
  readonly least: Readonly<Record<EndToEndBackbone["kind"], number>>;
  /** Test rows there must be. */
  readonly items: number;
}

export const endToEndBackbones: readonly EndToEndBackbone[] = [
  { id: "minilm", title: "MiniLM, light head on the mean", model: "all-minilm-l6-v2", kind: "encoder" },
  { id: "smollm2-gguf", title: "SmolLM2 135M, GGUF Q4_1", model: "smollm2-135m-instruct", kind: "decoder" },
  { id: "gemma", title: "Gemma 3 270M, GGUF Q4_K_M", model: "gemma-3-270m", kind: "decoder" },
];

/** @param sharedData folder of the data beside the repository; tasks on it are left out where it is not there. */
export function endToEndTasks(sharedData: string | undefined): EndToEndTask[] {
  const light = (text: number): EndToEndTask["settings"]["encoder"] => ({ type: "classification", template: "{soft:20} {text}", head: "linear", pooling: "mean", maxTokens: { text } });
  const spam: EndToEndTask = {
    id: "spam",
    title: "spam (SpamAssassin, 2 labels)",
    dataset: "spam-assassin",
    settings: {
      encoder: light(80),
      decoder: { type: "classification", template: "Message: {text}\n{soft:20}Spam:{label}", verbalizer: { ham: " no", spam: " yes" }, maxTokens: { text: 80 } },
    },
    init: "Is this e-mail spam, an unwanted advertisement? Answer yes or no.",
    steps: 300,
    least: { encoder: 0.92, decoder: 0.9 },
    items: 400,
  };
  const folder = sharedData && path.join(sharedData, "nusax_senti", "english");
  if (!folder || !existsSync(folder)) return [spam];
  const file = (name: string): string => path.join(folder, `${name}.tsv`);
  const sentiment: EndToEndTask = {
    id: "sentiment",
    title: "sentiment (NusaX English, 3 labels)",
    dataset: { train: file("train"), validation: file("valid"), test: file("test"), columns: { text: "text", label: "label" } },
    settings: {
      encoder: light(80),
      decoder: { type: "classification", template: "Review: {text}\n{soft:20}Sentiment:{label}", verbalizer: { negative: " negative", neutral: " neutral", positive: " positive" }, maxTokens: { text: 80 } },
    },
    init: "Is the sentiment of this text negative, neutral or positive? Answer with one word.",
    steps: 300,
    least: { encoder: 0.8, decoder: 0.65 },
    items: 400,
  };
  return [spam, sentiment];
}

/** The experiment of a row. An encoder's soft prompt begins at random: it is no sentence that the encoder was taught to follow. */
export function endToEndExperiment(backbone: EndToEndBackbone, task: EndToEndTask, seed: number): { readonly name: string; readonly [key: string]: unknown } {
  return {
    name: `${task.id}-${backbone.id}`,
    model: backbone.model,
    dataset: task.dataset,
    task: task.settings[backbone.kind],
    method: { type: "prompt-tuning", init: backbone.kind === "encoder" ? { type: "random" } : { type: "text", text: task.init } },
    training: { steps: task.steps, batchSize: 8, learningRate: 0.01, schedule: "linear", seed },
    evaluation: { every: task.steps / 4, metric: "loss", batchSize: 32, baselines: ["majority"] },
  };
}
