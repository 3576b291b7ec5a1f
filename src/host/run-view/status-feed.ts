import * as vscode from "vscode";
import type { RunStatus } from "../../protocol/webview/run-view.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Services } from "../services.js";

/** At most so often, however many things change. */
const milliseconds = 100;

/** The header of a run's page, told whenever something of it changes. */
export class StatusFeed implements vscode.Disposable {
  private readonly subscriptions: readonly vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private told = "";
  /** A run that was deleted is shown as it was. */
  private lastEntry: RunEntry | undefined;

  constructor(
    private readonly services: Services,
    private readonly folder: RunFolder,
    private readonly tell: (status: RunStatus) => void,
  ) {
    const { runs, jobs, baseline } = services;
    const changed = (): void => this.later();
    this.subscriptions = [runs.onDidChange(changed), jobs.onDidChange(changed), baseline.onDidChange(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed)];
  }

  current(): RunStatus {
    const { runs, jobs, backend, baseline } = this.services;
    const run = this.folder.path;
    const entry = runs.find(run) ?? this.lastEntry ?? unknownEntry(this.folder);
    this.lastEntry = entry;
    const job = jobs.ofRun(run) ?? null;
    return { entry, job, memoryMB: job ? (backend.memoryMB ?? null) : null, isBaseline: baseline.run === run, hasBaseline: baseline.run !== undefined && baseline.run !== run, trusted: vscode.workspace.isTrusted };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.forEach((each) => each.dispose());
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const status = this.current();
      const text = JSON.stringify(status);
      if (text === this.told) return;
      this.told = text;
      this.tell(status);
    }, milliseconds);
  }
}

/** A run the list does not know yet: what its folder's name says. */
function unknownEntry(folder: RunFolder): RunEntry {
  return { path: folder.path, name: folder.name, id: folder.id, root: "", experimentName: folder.experimentName, seed: null, settings: null, created: null, state: "queued", active: false, step: 0, steps: null, secondsLeft: null, seconds: null, metric: null, learned: "nothing", damage: [] };
}
