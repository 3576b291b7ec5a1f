import * as vscode from "vscode";
import { createBackend } from "./backend/create-backend.js";
import { createBaseline } from "./runs/baseline.js";
import { createRuns } from "./runs/create-runs.js";
import type { Services } from "./services.js";
import { HostSettings } from "./settings.js";

export interface Composition {
  readonly services: Services;
  /** Takes leave of the backend process: its runs stop with a checkpoint, or go on without this window. */
  readonly end: () => Promise<void>;
}

/** The composition root: what the features share. Nothing heavy is loaded here. */
export function createServices(context: vscode.ExtensionContext): Composition {
  const log = vscode.window.createOutputChannel("Prompt Tuning Lab", { log: true });
  context.subscriptions.push(log);
  const settings = new HostSettings();
  const { backend, jobs, end } = createBackend({ context, log, settings });
  const runs = createRuns({ context, log, jobs });
  const baseline = createBaseline(context);
  return { services: { context, log, settings, backend, jobs, runs, baseline }, end };
}
