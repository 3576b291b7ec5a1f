import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runExperiment } from "../../../src/backend/run-experiment.js";
import { loadExperiment } from "../../../src/experiment/load-experiment.js";

export const tinyModel = path.join(import.meta.dirname, "../../fixtures/tiny.gguf");

/** A workspace with real runs of the tiny model, each made in under a second. */
export class TinyRuns {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ptune-playground-"));
  readonly cache = path.join(this.folder, "cache");
  readonly runsRoot = path.join(this.folder, ".ptune", "runs");

  constructor() {
    this.write("train.tsv", rows(24, 0));
    this.write("dev.tsv", rows(8, 100));
    this.write("test.tsv", rows(12, 200));
    this.write("pairs.tsv", `first\tsecond\tlabel\n${Array.from({ length: 24 }, (_, i) => (i % 2 ? `the cat ${i}\tthe cat ${i}\tsame` : `the cat ${i}\ta train ${i}\tother`)).join("\n")}\n`);
    this.write("spans.jsonl", Array.from({ length: 24 }, (_, i) => JSON.stringify({ words: [`day`, `${i}`, "a"], tags: ["O", "O", "B-place"] })).join("\n"));
    this.write("answers.jsonl", Array.from({ length: 16 }, (_, i) => JSON.stringify({ text: `say ${i}`, answer: "yes no yes" })).join("\n"));
  }

  write(name: string, content: string | Uint8Array): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Trains; returns the run's folder. */
  async train(experiment: object, signal?: AbortSignal): Promise<string> {
    const file = this.write(`${Math.random().toString(36).slice(2)}.ptune.json`, JSON.stringify(experiment));
    const { run } = await runExperiment(await loadExperiment(file), { runsRoot: this.runsRoot, cache: this.cache, signal });
    return run;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const common = { model: { path: tinyModel }, training: { steps: 20, batchSize: 4, learningRate: 0.1, checkpointEvery: 5, threads: 1 } };

export function spam({ template = "Message: {text}\n{soft:4}Spam:{label}", seed = 1, steps = 20, head = "verbalizer" } = {}) {
  return {
    ...common,
    name: "spam",
    dataset: { train: "train.tsv", validation: "dev.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
    task: { type: "classification", template, verbalizer: { ham: " no", spam: " yes" }, head, maxTokens: { text: 40 } },
    training: { ...common.training, seed, steps },
    evaluation: { every: 10, baselines: ["majority", "zero-shot", { hardPrompt: "yes or no" }] },
  };
}

export function pairs() {
  return {
    ...common,
    name: "pairs",
    dataset: { train: "pairs.tsv", columns: { first: "first", second: "second", label: "label" } },
    task: { type: "classification", template: "{soft:4}One: {first}\nTwo: {second}\nSame:{label}", verbalizer: { same: " yes", other: " no" } },
    evaluation: { every: 20, baselines: [] },
  };
}

export function generation() {
  return {
    ...common,
    name: "say",
    dataset: { train: "answers.jsonl", columns: { text: "text", output: "answer" } },
    task: { type: "generation", template: "{soft:4}Text: {text}\nAnswer:{output}", maxNewTokens: 24 },
    evaluation: { every: 20, baselines: [] },
  };
}

export function labelling() {
  return {
    ...common,
    name: "spans",
    dataset: { train: "spans.jsonl", columns: { tokens: "words", tags: "tags" } },
    task: { type: "sequence-labelling", template: "{soft:8}Text: {tokens}\nSpans:{tags}", verbalizer: { place: "a" }, maxNewTokens: 16 },
    evaluation: { every: 20, baselines: [] },
  };
}

/** Half "free money offer", half "see you at lunch": even a random model's soft prompt can tell them apart. */
export function rows(count: number, first: number): string {
  const lines = Array.from({ length: count }, (_, at) => ((first + at) % 2 === 0 ? `see you at lunch ${first + at}\tham` : `free money offer ${first + at}\tspam`));
  return `text\tlabel\n${lines.join("\n")}\n`;
}
