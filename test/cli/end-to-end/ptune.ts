import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { bundle, commandLineBundle } from "../../../scripts/lib/bundle.mjs";

export const root = path.resolve(__dirname, "../../..");
export const tinyModel = path.join(root, "test/fixtures/tiny.gguf");
const bundleFolder = path.join("out", `test-cli-${process.pid}`);
const script = path.join(root, bundleFolder, "ptune.js");

/** Bundles the command line as it is now, for the tests of one file. */
export function withBuiltPtune(): void {
  beforeAll(async () => {
    await bundle({ ...commandLineBundle, outfile: script });
  }, 120_000);
  afterAll(() => rmSync(path.join(root, bundleFolder), { recursive: true, force: true }));
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, each line parsed as JSON. */
  json(): Record<string, any>[]; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once standard output or standard error holds the text. */
  until(text: string): Promise<void>;
}

/** A workspace of its own: a folder with data, experiments and runs, and a cache beside it. */
export class Workspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ptune-cli-"));
  private readonly cache = mkdtempSync(path.join(tmpdir(), "ptune-cache-"));

  file(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(path.dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  /** Names of the runs, in order of their names. */
  runs(): string[] {
    return readdirSync(this.file(".ptune/runs")).filter((name) => !name.startsWith("."));
  }

  /** Data and an experiment that the tiny model runs in about a second. */
  writeExperiment(change: (experiment: ReturnType<typeof tinyExperiment>) => void = () => undefined): string {
    this.write("train.tsv", rows(32, 0));
    this.write("dev.tsv", rows(8, 200));
    this.write("test.tsv", rows(12, 100));
    const experiment = tinyExperiment();
    change(experiment);
    return this.write("tiny.ptune.json", JSON.stringify(experiment, null, 2));
  }

  start(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
    const child = spawn(process.execPath, [script, ...argv], {
      cwd: this.folder,
      env: { ...withoutOwnSettings(), PTUNE_CACHE: this.cache, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const waiting: { text: string; resolve: () => void }[] = [];
    const check = (): void => waiting.filter(({ text }) => stdout.includes(text) || stderr.includes(text)).forEach(({ resolve }) => resolve());
    child.stdout.setEncoding("utf8").on("data", (part: string) => ((stdout += part), check()));
    child.stderr.setEncoding("utf8").on("data", (part: string) => ((stderr += part), check()));
    child.stdin.on("error", () => undefined);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        waiting.forEach((each) => each.resolve());
        resolve({ code, signal, stdout, stderr, json: () => stdout.trimEnd().split("\n").filter(Boolean).map((line) => JSON.parse(line)) });
      });
    });
    return { process: child, ended, until: (text) => new Promise((resolve) => (waiting.push({ text, resolve }), check())) };
  }

  async run(argv: readonly string[], { input = "", environment = {} }: { input?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
    const { process: child, ended } = this.start(argv, environment);
    child.stdin!.end(input);
    return ended;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.cache, { recursive: true, force: true });
  }
}

/** A new workspace for each test file, removed at its end. */
export function workspace(): Workspace {
  const made = new Workspace();
  afterAll(() => made.dispose());
  return made;
}

export function tinyExperiment() {
  return {
    name: "tiny",
    model: { path: tinyModel } as Record<string, string>,
    dataset: { train: "train.tsv", validation: "dev.tsv", test: "test.tsv", columns: { text: "text", label: "label" } as Record<string, string> },
    task: { type: "classification", template: "Message: {text}\n{soft:4}Spam:{label}", verbalizer: { ham: " no", spam: " yes" } as Record<string, string>, maxTokens: { text: 100 } as Record<string, number> },
    method: { type: "prompt-tuning", init: { type: "random" } as Record<string, string> },
    training: { steps: 20, batchSize: 4, learningRate: 0.1, checkpointEvery: 5, threads: 1 },
    evaluation: { every: 10, baselines: ["majority", "zero-shot", { hardPrompt: "yes or no" }] as unknown[] },
  };
}

/** Half "free money offer", half "see you at lunch": even a random model's soft prompt can tell them apart. */
export function rows(count: number, first: number): string {
  const lines = Array.from({ length: count }, (_, at) => ((first + at) % 2 === 0 ? `see you at lunch ${first + at}\tham` : `free money offer ${first + at}\tspam`));
  return `text\tlabel\n${lines.join("\n")}\n`;
}

/** The settings of whoever runs the tests must not decide how they end. */
function withoutOwnSettings(): NodeJS.ProcessEnv {
  const mine = /^(PTUNE_|HF_|NO_COLOR$|NODE_OPTIONS$|FORCE_COLOR$|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !mine.test(name)));
}
