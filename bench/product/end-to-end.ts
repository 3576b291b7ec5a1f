import { existsSync } from "node:fs";
import path from "node:path";
import type { TaskSettings } from "../../src/experiment/schema.js";
import type { DecoderFormats } from "./decoder-formats.js";

/** What the claim `end-to-end` crosses: a row of its table is a backbone on a task. To add one, add an entry here. */

export interface EndToEndBackbone {
  /** Chooses it on the command line. */
  readonly id: string;
  readonly title: string;
  /** As an experiment names it; or the small decoder in another format, which is made where it is needed. */
  readonly model: string | { readonly format: keyof DecoderFormats };
  /** Which of a task's ways of asking it is asked in. */
  readonly kind: "decoder" | "encoder";
  /** One run each. */
  readonly seeds: readonly number[];
}

/** How a kind of backbone is asked, and how long it is trained. */
export interface EndToEndSettings {
  readonly task: Partial<TaskSettings> & { readonly type: "classification" };
  readonly steps: number;
  /** The accuracy on the test rows below which a row fails. */
  readonly least: number;
}

export interface EndToEndTask {
  readonly id: string;
  readonly title: string;
  readonly dataset: { readonly [key: string]: unknown };
  readonly settings: Readonly<Record<EndToEndBackbone["kind"], EndToEndSettings>>;
  readonly init: string;
  /** Test rows there must be. */
  readonly items: number;
}

/** The decoder of which there are four formats: the others must come out as its GGUF file does. */
export const originalFormat: EndToEndBackbone = { id: "smollm2-gguf", title: "SmolLM2 135M, GGUF Q4_1", model: "smollm2-135m-instruct", kind: "decoder", seeds: [1, 2, 3] };

export const endToEndBackbones: readonly EndToEndBackbone[] = [
  { id: "minilm", title: "MiniLM, light head on the mean", model: "all-minilm-l6-v2", kind: "encoder", seeds: [1] },
  originalFormat,
  { id: "smollm2-safetensors", title: "SmolLM2 135M, safetensors", model: { format: "safetensors" }, kind: "decoder", seeds: [1] },
  { id: "smollm2-onnx", title: "SmolLM2 135M, ONNX float32", model: { format: "onnx" }, kind: "decoder", seeds: [1] },
  { id: "smollm2-onnx-q4", title: "SmolLM2 135M, ONNX q4", model: { format: "onnx-q4" }, kind: "decoder", seeds: [1] },
  { id: "gemma", title: "Gemma 3 270M, GGUF Q4_K_M", model: "gemma-3-270m", kind: "decoder", seeds: [1] },
];

/** @param sharedData folder of the data beside the repository; tasks on it are left out where it is not there. */
export function endToEndTasks(sharedData: string | undefined): EndToEndTask[] {
  const light: EndToEndSettings["task"] = { type: "classification", template: "{soft:20} {text}", head: "linear", pooling: "mean", maxTokens: { text: 80 } };
  const words = (template: string, verbalizer: Record<string, string>): EndToEndSettings["task"] => ({ type: "classification", template, verbalizer, maxTokens: { text: 40 } });
  const spam: EndToEndTask = {
    id: "spam",
    title: "spam (SpamAssassin, 2 labels)",
    dataset: { sample: "spam-assassin" },
    settings: {
      encoder: { task: light, steps: 300, least: 0.92 },
      decoder: { task: words("Message: {text}\n{soft:20}Spam:{label}", { ham: " no", spam: " yes" }), steps: 60, least: 0.8 },
    },
    init: "Is this e-mail spam, an unwanted advertisement? Answer yes or no.",
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
      encoder: { task: light, steps: 300, least: 0.8 },
      decoder: { task: words("Review: {text}\n{soft:20}Sentiment:{label}", { negative: " negative", neutral: " neutral", positive: " positive" }), steps: 60, least: 0.75 },
    },
    init: "Is the sentiment of this text negative, neutral or positive? Answer with one word.",
    items: 400,
  };
  return [spam, sentiment];
}

/**
 * The experiment of a row. An encoder's soft prompt begins at random: it is no sentence that the encoder was taught to follow.
 * @param model as an experiment names it
 */
export function endToEndExperiment(backbone: EndToEndBackbone, model: string | { readonly path: string }, task: EndToEndTask, seed: number): { readonly name: string; readonly [key: string]: unknown } {
  const { task: settings, steps } = task.settings[backbone.kind];
  return {
    name: `${task.id}-${backbone.id}-${seed}`,
    model,
    dataset: { ...task.dataset, limit: { validation: 100 } },
    task: settings,
    method: { type: "prompt-tuning", init: backbone.kind === "encoder" ? { type: "random" } : { type: "text", text: task.init } },
    training: { steps, batchSize: 8, learningRate: 0.01, schedule: "linear", seed },
    evaluation: { every: steps / 2, metric: "loss", batchSize: 32, baselines: ["majority"] },
  };
}
