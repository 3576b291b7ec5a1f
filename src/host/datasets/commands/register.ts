import * as vscode from "vscode";
import type { Services } from "../../services.js";
import { registerCommand } from "../../show-error.js";

type Run = (services: Services, args: readonly unknown[]) => Promise<unknown>;

/** What can be done with data sets; each command is loaded when it is first used. */
const commands: Readonly<Record<string, Run>> = {
  addDataset: async (services, args) => (await import("./add-dataset.js")).addDataset(services, args),
  previewDataset: async (services, args) => (await import("./preview-dataset.js")).previewDataset(services, args),
  chooseColumns: async (services, args) => (await import("./choose-columns.js")).chooseColumns(services, args),
  splitDataset: async (services, args) => (await import("./split-dataset.js")).splitDataset(services, args),
  sampleDataset: async (services, args) => (await import("./sample-dataset.js")).sampleDataset(services, args),
  rebalanceDataset: async (services, args) => (await import("./rebalance-dataset.js")).rebalanceDataset(services, args),
  exportDataset: async (services, args) => (await import("./export-dataset.js")).exportDataset(services, args),
  findDuplicates: async (services, args) => (await import("./preview-dataset.js")).previewDataset(services, args, "quality"),
  editTemplate: async (services, args) => (await import("./preview-dataset.js")).previewDataset(services, args, "template"),
  openDatasetAsText: async (services, args) => (await import("./preview-dataset.js")).openAsText(services, args),
  removeDataset: async (services, args) => (await import("./remove-dataset.js")).removeDataset(services, args),
  newExperimentFromDataset: async (services, args) => (await import("./new-experiment.js")).newExperimentFromDataset(services, args),
};

/** @param onDone the list is read again: what a command has done is to be seen. */
export function registerDatasetCommands(services: Services, onDone: () => void): vscode.Disposable {
  const run = (command: Run) => async (...args: unknown[]): Promise<void> => {
    try {
      await command(services, args);
    } finally {
      onDone();
    }
  };
  return vscode.Disposable.from(registerCommand(services, "refreshDatasets", onDone), ...Object.entries(commands).map(([name, command]) => registerCommand(services, name, run(command))));
}
