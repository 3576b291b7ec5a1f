import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { type HostOptions, startHost } from "../../test/e2e/host/host.js";
import type { VSCodePage } from "../../test/e2e/host/vscode-page.js";
import { readJournal } from "../../src/runs/journal-reader.js";
import { runFoldersOf } from "./workspace.js";

/** Builds the extension as it is packed (minified) and opens VS Code with it on a folder. */
export async function openEditor(root: string, options: HostOptions): Promise<VSCodePage> {
  buildExtension(root);
  return startHost({ extension: root, ...options });
}

let built = false;
function buildExtension(root: string): void {
  if (built) return;
  const { status } = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs"), "--minify"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error("The extension could not be built; the reason stands above.");
  built = true;
}

/** Runs an experiment file from the palette and waits until its run has a result. Returns the run's folder. */
export async function runInEditor(code: VSCodePage, file: string, seconds: number): Promise<string> {
  const before = new Set(runFoldersOf(code.workspace));
  await code.runCommand("Prompt Tuning: Run Experiment…");
  await code.quickPick(path.basename(file));
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; ) {
    const run = runFoldersOf(code.workspace).find((folder) => !before.has(folder));
    if (run && existsSync(path.join(run, "inspection.json")) && (await finished(run))) return run;
    const errors = await code.notifications();
    if (errors.some((text) => /failed|cannot|could not/i.test(text)) && !run) throw new Error(`The editor says: ${errors.join(" | ")}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`The run did not end in ${seconds} seconds.`);
}

async function finished(run: string): Promise<boolean> {
  let result = false;
  await readJournal(path.join(run, "journal.jsonl"), ({ event }) => (result ||= event.type === "result"));
  return result;
}
