import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";
import { keepContextKeys } from "./context-keys.js";
import { watchForInterrupted } from "./interrupted-notice.js";
import { tellRunsView } from "./pick-run.js";
import { RunTree } from "./run-tree.js";
import { createStatusBar } from "./status-bar.js";

/** The Runs view, its status bar item, and the commands about runs as such; what they do is loaded when it is asked for. */
export function registerRuns(services: Services): vscode.Disposable {
  const { runs, baseline, log } = services;
  const tree = new RunTree(services);
  tellRunsView(tree);
  const command = (name: string, run: (...args: unknown[]) => unknown): vscode.Disposable => registerCommand(services, name, run);
  return vscode.Disposable.from(
    tree,
    createStatusBar(services),
    keepContextKeys(services),
    watchForInterrupted(services),
    command("runSample", async () => (await import("./commands/run-experiment.js")).runSample(services)),
    command("runExperiment", async (...args) => (await import("./commands/run-experiment.js")).runExperiment(services, args)),
    command("stopRun", async (...args) => (await import("./commands/run-life.js")).stopRun(services, args)),
    command("pauseRun", async (...args) => (await import("./commands/run-life.js")).pauseRun(services, args)),
    command("continueRun", async (...args) => (await import("./commands/run-life.js")).continueRun(services, args)),
    command("resumeRun", async (...args) => (await import("./commands/run-life.js")).resumeRun(services, args)),
    command("rerun", async (...args) => (await import("./commands/rerun.js")).rerun(services, args)),
    command("deleteRun", async (...args) => (await import("./commands/delete-run.js")).deleteRun(services, args)),
    command("revealFiles", async (...args) => (await import("./commands/run-files.js")).revealFiles(services, args)),
    command("copyConfigDifference", async (...args) => (await import("./commands/copy-difference.js")).copyConfigDifference(services, args)),
    command("pinBaseline", async (...args) => (await import("./commands/list-commands.js")).pinBaseline(services, args)),
    command("unpinBaseline", () => baseline.set(undefined)),
    command("filterRuns", async () => (await import("./commands/list-commands.js")).filterRuns(services, tree)),
    command("clearRunFilter", () => tree.clearFilter()),
    command("sortRuns", async () => (await import("./commands/list-commands.js")).sortRuns(tree)),
    command("refreshRuns", () => runs.refresh()),
    command("showLog", () => log.show()),
  );
}
