import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { BackendSettings } from "../../../src/protocol/backend/lifecycle.js";
import { isRunning } from "../../../src/runs/process-identity.js";
import { type BackendWindow, openBackendWindow, type WindowOptions } from "../backend-window.js";
import { Workspace } from "../workspace.js";

/** What every fault needs: the scripts as they are shipped, stand-ins of the tests, data, experiments, and windows. */
export class FaultPlace {
  readonly workspace = new Workspace();
  readonly backend: string;
  private readonly scripts: string;

  private constructor(
    private readonly root: string,
    readonly print: (line: string) => void,
    readonly signal: AbortSignal,
  ) {
    this.backend = path.join(root, "out", "backend.js");
    this.scripts = path.join(root, "out", `child-faults-${process.pid}`);
  }

  /** Builds what is shipped, as `npm run build` does. */
  static async open(root: string, print: (line: string) => void, signal: AbortSignal): Promise<FaultPlace> {
    const { status } = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error("The backend process could not be built; the reason stands above.");
    const place = new FaultPlace(root, print, signal);
    mkdirSync(place.scripts, { recursive: true });
    place.workspace.write("train.tsv", rows(32, 0));
    place.workspace.write("dev.tsv", rows(8, 200));
    place.workspace.write("test.tsv", rows(12, 100));
    return place;
  }

  get runsRoot(): string {
    return path.join(this.workspace.folder, ".ptune", "runs");
  }

  settings(changes: Partial<BackendSettings> = {}): BackendSettings {
    const inside = (name: string): string => path.join(this.workspace.folder, name);
    return { runsAtOnce: 1, whenWindowCloses: "stop", cache: inside("cache"), stateFolder: inside("state"), ...changes };
  }

  window(options: Partial<WindowOptions> = {}): BackendWindow {
    return openBackendWindow({ script: this.backend, settings: this.settings(), ...options });
  }

  /** An entry of the tests, bundled beside what is shipped. */
  fixture(file: string): string {
    const outfile = path.join(this.scripts, `${path.basename(file, ".ts")}.js`);
    // esbuild cannot be part of a bundle itself: a process of its own does it.
    const script = `import { bundle } from "./scripts/lib/bundle.mjs"; await bundle(${JSON.stringify({ entryPoints: [file], outfile, sourcemap: false })});`;
    const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: this.root, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`${path.basename(file)} could not be bundled; the reason stands above.`);
    return outfile;
  }

  /** An experiment of the tiny model; a step takes some milliseconds. */
  experiment(name: string, steps: number): string {
    return this.workspace.writeExperiment({
      name,
      model: { path: path.join(this.root, "test", "fixtures", "tiny.gguf") },
      dataset: { train: "train.tsv", validation: "dev.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
      task: { type: "classification", template: "Message: {text}\n{soft:4}Spam:{label}", verbalizer: { ham: " no", spam: " yes" } },
      method: { init: { type: "random" } },
      training: { steps, batchSize: 4, learningRate: 0.1, checkpointEvery: 5, threads: 1 },
      evaluation: { every: 1_000_000, baselines: [] },
    });
  }

  dispose(): void {
    this.workspace.dispose();
    rmSync(this.scripts, { recursive: true, force: true });
  }
}

function rows(count: number, first: number): string {
  const lines = Array.from({ length: count }, (_, at) => ((first + at) % 2 === 0 ? `see you at lunch ${first + at}\tham` : `free money offer ${first + at}\tspam`));
  return `text\tlabel\n${lines.join("\n")}\n`;
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when the process is gone; how many milliseconds that took. */
export async function untilGone(pid: number): Promise<number> {
  const began = performance.now();
  while (isRunning({ pid, started: null }) !== "no") await sleep(5);
  return performance.now() - began;
}

/** Sends SIGKILL; false where the process was gone already. */
export function killNow(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

export const largest = (values: readonly number[]): string => `${Math.round(Math.max(0, ...values))} ms`;
