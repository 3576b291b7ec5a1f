import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { JobStatus } from "../../src/protocol/backend/jobs.js";
import type { BackendSettings } from "../../src/protocol/backend/lifecycle.js";
import { BackendSupervisor, type SupervisorState } from "../../src/supervisor/backend-supervisor.js";
import type { BackendChild } from "../../src/supervisor/backend-child.js";
import { attachToBackground } from "../../src/supervisor/find-background.js";
import { forkChild } from "../../src/supervisor/fork-child.js";
import { Workspace } from "../cli/end-to-end/ptune.js";

const root = path.resolve(__dirname, "../..");
const folder = path.join(root, "out", `test-backend-${process.pid}`);

/** The backend process's script, bundled as it is now; and others that stand in for it, from `fixtures`. */
export const backendScript = path.join(folder, "backend.js");

export function withBuiltBackend(): void {
  beforeAll(() => {
    const built = spawnSync(process.execPath, [path.join(root, "scripts/build.mjs"), "--out", folder], { encoding: "utf8" });
    if (built.status !== 0) throw new Error(`The build failed:\n${built.stderr}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

/** A script of `fixtures`, bundled. */
export async function fixtureScript(name: string): Promise<string> {
  const outfile = path.join(folder, `${name}.js`);
  await build({ entryPoints: [path.join(__dirname, "fixtures", `${name}.ts`)], outfile, bundle: true, platform: "node", format: "cjs", target: "node20", external: ["onnxruntime-node"] });
  return outfile;
}

export interface TestWindow {
  readonly supervisor: BackendSupervisor;
  readonly states: SupervisorState[];
  readonly statuses: JobStatus[];
  readonly log: string[];
  /** Resolves with the first status (also one that was told already) that suits. */
  until(suits: (status: JobStatus) => boolean): Promise<JobStatus>;
  untilState(state: SupervisorState): Promise<void>;
}

export interface WindowOptions {
  readonly settings?: Partial<BackendSettings>;
  readonly script?: string;
  readonly fork?: () => BackendChild;
  readonly attach?: boolean;
}

/** What a VS Code window is for the backend process: a supervisor with its settings. */
export function openWindow(workspace: Workspace, { settings, script = backendScript, fork, attach = false }: WindowOptions = {}): TestWindow {
  const stateFolder = workspace.file("state");
  const statuses: JobStatus[] = [];
  const states: SupervisorState[] = [];
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const check = (): void => waiting.forEach((each) => each());
  const supervisor = new BackendSupervisor({
    fork: fork ?? (() => forkChild({ script, onOutput: (text) => log.push(text) })),
    attach: attach ? () => attachToBackground(stateFolder, (reason) => log.push(reason)) : undefined,
    settings: () => ({ runsAtOnce: 1, whenWindowCloses: "stop", cache: workspace.file("cache"), stateFolder, ...settings }),
    log: (level, text) => log.push(`${level}: ${text}`),
    onState: (state) => (states.push(state), check()),
    onJob: (status) => (statuses.push(status), check()),
  });
  onTestFinished(() => supervisor.dispose());
  const wait = <Found>(find: () => Found | undefined): Promise<Found> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    supervisor,
    states,
    statuses,
    log,
    until: (suits) => wait(() => statuses.find(suits)),
    untilState: (state) => wait(() => (supervisor.state === state ? true : undefined)).then(() => undefined),
  };
}
