import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { RunStore } from "../runs/run-store.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { Environment } from "../runs/environment.js";
import type { RunDetails, RunFile } from "../protocol/webview/run-view.js";
import { taskFacts, taskTypes } from "../tasks/task-facts.js";
import { settingsOf } from "./settings.js";

/** What a run's page shows beside its journal. Never throws for what is wrong inside the folder: that is in `problems`. */
export async function readDetails(folder: RunFolder): Promise<RunDetails> {
  const store = new RunStore(path.dirname(folder.path));
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof PromptTuningError ? error.describe() : String(error));
      return undefined;
    }
  };
  const experiment = attempt(() => store.readExperiment(folder));
  const environment = attempt(() => store.readEnvironment(folder));
  const { task, evaluation } = (typeof experiment === "object" && experiment !== null ? experiment : {}) as { task?: { type?: unknown } | null; evaluation?: { metric?: unknown } | null };
  const taskType = taskTypes.find((known) => known === task?.type) ?? null;
  const metric = typeof evaluation?.metric === "string" ? evaluation.metric : taskType && taskFacts[taskType].metric;
  return {
    backbone: environment?.model.name ?? null,
    taskType,
    metric,
    settings: experiment === undefined ? [] : settingsOf(experiment),
    environment: environment ? environmentRows(environment) : [],
    files: await filesOf(folder),
    problems,
  };
}

/** Names are for people and are translated by the page. */
function environmentRows({ program, node, onnxruntime, platform, architecture, operatingSystem, processor, logicalProcessors, memoryMB, threads, model, data }: Environment): RunDetails["environment"] {
  const rows: Record<string, string> = {
    backbone: model.name,
    backboneHash: model.sha256,
    ...Object.fromEntries(Object.entries(data).map(([split, hash]) => [`data.${split}`, hash])),
    program: `${program.name} ${program.version}`,
    onnxruntime,
    node,
    system: `${operatingSystem}, ${platform} ${architecture}`,
    processor: `${processor} × ${logicalProcessors}`,
    threads: String(threads),
    memoryMB: String(memoryMB),
  };
  return Object.entries(rows).map(([name, value]) => ({ name, value }));
}

/** What lies in the run's folder, one level deep; folders with the bytes of their own files. */
async function filesOf(folder: RunFolder): Promise<RunFile[]> {
  const names = await readdir(folder.path).catch(() => []);
  const files = await Promise.all(names.sort().map((name) => describe(folder.path, name)));
  return files.filter((file) => file !== undefined).sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name));
}

async function describe(parent: string, name: string): Promise<RunFile | undefined> {
  const full = path.join(parent, name);
  try {
    const found = await stat(full);
    if (!found.isDirectory()) return { name, bytes: found.size, folder: false };
    const sizes = await Promise.all((await readdir(full)).map((inner) => stat(path.join(full, inner)).then((each) => (each.isFile() ? each.size : 0), () => 0)));
    return { name, bytes: sizes.reduce((sum, size) => sum + size, 0), folder: true };
  } catch {
    // It went away while it was looked at: a temporary file.
    return undefined;
  }
}
