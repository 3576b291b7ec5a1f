import * as vscode from "vscode";
import { createBackend } from "./backend/create-backend.js";
import { createBaseline } from "./runs/baseline.js";
import { createRuns } from "./runs/create-runs.js";
import type { Services } from "./services.js";
import { HostSettings } from "./settings.js";

/** The composition root: what the features share. Nothing heavy is loaded here. */
export function createServices(context: vscode.ExtensionContext): Services {
  const log = vscode.window.createOutputChannel("Prompt Tuning Lab", { log: true });
  context.subscriptions.push(log);
  const settings = new HostSettings();
  const { backend, jobs } = createBackend({ context, log, settings });
  const runs = createRuns({ context, log, jobs });
  const baseline = createBaseline(context);
  return { context, log, settings, backend, jobs, runs, baseline };
}
