import type * as vscode from "vscode";
import { createServices } from "./host/create-services.js";
import { registerBackbones } from "./host/backbones/register.js";
import { registerCompareView } from "./host/compare-view/register.js";
import { registerDatasets } from "./host/datasets/register.js";
import { registerExperimentFiles } from "./host/experiment-files/register.js";
import { registerInspector } from "./host/inspector/register.js";
import { registerLanguageModelTools } from "./host/language-model-tools/register.js";
import { registerPlayground } from "./host/playground/register.js";
import { registerPrompts } from "./host/prompts/register.js";
import { registerRunView } from "./host/run-view/register.js";
import { registerRuns } from "./host/runs/register.js";
import { registerTransfer } from "./host/transfer/register.js";

/** Every feature registers its views and commands here; what is heavy is loaded when it is first used. */
const features = [
  registerRuns,
  registerRunView,
  registerCompareView,
  registerInspector,
  registerPlayground,
  registerTransfer,
  registerPrompts,
  registerBackbones,
  registerDatasets,
  registerExperimentFiles,
  registerLanguageModelTools,
];

let end = (): Promise<void> => Promise.resolve();

export function activate(context: vscode.ExtensionContext): void {
  const { services, end: leave } = createServices(context);
  end = leave;
  for (const register of features) context.subscriptions.push(register(services));
}

/** VS Code waits for it, five seconds at most. */
export function deactivate(): Promise<void> {
  return end();
}
