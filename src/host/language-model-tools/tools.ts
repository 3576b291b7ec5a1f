import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { readExperimentSource } from "../../experiment/load-experiment.js";
import { nodeFileSystem } from "../../runs/file-system.js";
import { RunFolder } from "../../runs/run-folder.js";
import { summarizeRun } from "../../runs/run-summary.js";
import { bytesText } from "../bytes.js";
import type { Services } from "../services.js";
import { describeRun, findRun, listRuns } from "./answers.js";
import { checkInput, type ToolName } from "./inputs.js";
import { experimentPath, experimentToStart, planOf } from "./start-run.js";

/** What a tool does, loaded by its first use. */
export async function invokeTool(services: Services, name: ToolName, input: unknown): Promise<object> {
  switch (name) {
    case "promptTuning_list_runs": {
      const checked = checkInput(name, input);
      await services.runs.load();
      return listRuns(services.runs.all, checked);
    }
    case "promptTuning_get_run": {
      const { run } = checkInput(name, input);
      await services.runs.load();
      const entry = findRun(services.runs.all, run);
      const folder = new RunFolder(entry.path);
      const { history } = await summarizeRun(nodeFileSystem, folder);
      return describeRun(entry, history, await experimentOf(folder));
    }
    case "promptTuning_start_run": {
      const { experiment, overrides } = checkInput(name, input);
      refuseUntrusted();
      const file = await experimentPath(experiment, workspaceFolders());
      await experimentToStart(file, overrides);
      const { job, state, title } = await services.jobs.start({ type: "experiment", file, overrides }, services.runs.rootFor(file));
      return { started: true, job, state, experiment: title, next: "The run appears in list_runs as soon as its folder is made; get_run follows it." };
    }
  }
}

/** What the person is asked before a run is started. */
export async function confirmStart(services: Pick<Services, "settings">, input: unknown): Promise<vscode.PreparedToolInvocation> {
  const { experiment: named, overrides } = checkInput("promptTuning_start_run", input);
  refuseUntrusted();
  const plan = planOf(await experimentToStart(await experimentPath(named, workspaceFolders()), overrides));
  const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
  const absent = (await listBackbones(services.settings.cacheFolder)).some(({ name, state }) => name === plan.model.toLowerCase() && state !== "downloaded");
  const message = new vscode.MarkdownString();
  const line = (text: string): void => void message.appendText(text).appendMarkdown("\n\n");
  line(vscode.l10n.t("Experiment: {0} ({1})", plan.name, named));
  line(vscode.l10n.t("Model: {0}", plan.model));
  line(vscode.l10n.t("It trains {0} virtual tokens for {1} steps of {2} rows on this machine.", plan.virtualTokens, plan.steps, plan.batchSize));
  if (absent && plan.modelBytes !== undefined) line(vscode.l10n.t("The model is downloaded first: {0}.", bytesText(plan.modelBytes)));
  if (overrides && Object.keys(overrides).length > 0) line(vscode.l10n.t("Changes to the file: {0}", JSON.stringify(overrides)));
  return { invocationMessage: vscode.l10n.t("Starting a run of {0}", plan.name), confirmationMessages: { title: vscode.l10n.t("Start a run of {0}?", plan.name), message } };
}

function refuseUntrusted(): void {
  if (!vscode.workspace.isTrusted) throw new PromptTuningError("usage", "Nothing is trained in a workspace that is not trusted.", { advice: "The person has to trust the workspace first." });
}

const workspaceFolders = (): string[] => (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);

/** The run's resolved experiment; null where it cannot be read, which the run's damage says. */
async function experimentOf(folder: RunFolder): Promise<unknown> {
  try {
    return JSON.parse(await readExperimentSource(folder.experiment)) as unknown;
  } catch {
    return null;
  }
}
