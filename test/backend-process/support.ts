import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type BackendWindow, openBackendWindow, type WindowOptions } from "../../bench/product/backend-window.js";
import { bundle } from "../../scripts/lib/bundle.mjs";
import type { BackendSettings } from "../../src/protocol/backend/lifecycle.js";
import type { Workspace } from "../cli/end-to-end/ptune.js";

const root = path.resolve(__dirname, "../..");
const folder = path.join(root, "out", `test-backend-${process.pid}`);

/** The backend process's script, bundled as it is now; and others that stand in for it, from `fixtures`. */
export const backendScript = path.join(folder, "backend.js");

export function withBuiltBackend(): void {
  beforeAll(() => build("src/backend-process/main.ts", backendScript), 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

/** A script of `fixtures`, bundled. */
export async function fixtureScript(name: string): Promise<string> {
  const outfile = path.join(folder, `${name}.js`);
  if (!existsSync(outfile)) await build(`test/backend-process/fixtures/${name}.ts`, outfile);
  return outfile;
}

async function build(entry: string, outfile: string): Promise<void> {
  await bundle({ entryPoints: [entry], outfile, sourcemap: false });
}

export type TestWindow = BackendWindow;

export interface TestWindowOptions extends Partial<Pick<WindowOptions, "script" | "fork" | "attach">> {
  readonly settings?: Partial<BackendSettings>;
}

/** A window that is closed after the test. */
export function openWindow(workspace: Workspace, { settings, script = backendScript, ...rest }: TestWindowOptions = {}): BackendWindow {
  const window = openBackendWindow({ ...rest, script, settings: { runsAtOnce: 1, whenWindowCloses: "stop", cache: workspace.file("cache"), stateFolder: workspace.file("state"), ...settings } });
  onTestFinished(async () => {
    const { pid } = window.supervisor;
    await window.supervisor.dispose();
    kill(pid);
  });
  return window;
}

/** A process that goes on in the background must not outlive its test. */
export function kill(pid: number | undefined): void {
  try {
    if (pid) process.kill(pid, "SIGKILL");
  } catch {
    // It is gone, as it should be.
  }
}
