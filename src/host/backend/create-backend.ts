import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { JobStatus } from "../../protocol/backend/jobs.js";
import type { BackendSettings } from "../../protocol/backend/lifecycle.js";
import type { BackendSupervisor, SupervisorState } from "../../supervisor/backend-supervisor.js";
import type { Backend, Jobs, Services } from "../services.js";
import { registerCommand } from "../show-error.js";
import { activityText } from "./activity-text.js";
import { followBackground } from "./follow-background.js";
import { ProcessLog } from "./process-log.js";
import { tellFailure } from "./tell-failure.js";

export interface CreatedBackend {
  readonly backend: Backend;
  readonly jobs: Jobs;
  /** The window closes: for the extension's `deactivate`, which VS Code waits for (five seconds); disposing alone is not waited for. */
  readonly end: () => Promise<void>;
}

/** The backend process for the features. Nothing is loaded or started before the first call, or an earlier window's process is found. */
export function createBackend(services: Pick<Services, "context" | "log" | "settings">): CreatedBackend {
  const { context, log } = services;
  const host = new HostBackend(services);
  context.subscriptions.push(
    host,
    registerCommand({ log }, "restartBackend", () => host.restart()),
    services.settings.onDidChange(() => host.configure()),
    followBackground(host.stateFolder, () => host.adopt()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void host.adopt().catch(() => false)),
  );
  return { backend: host, jobs: host.jobs, end: () => host.end() };
}

class HostBackend implements Backend, vscode.Disposable {
  private readonly stateChange = new vscode.EventEmitter<SupervisorState>();
  private readonly jobChange = new vscode.EventEmitter<JobStatus>();
  private readonly processLog: ProcessLog;
  private loading?: Promise<BackendSupervisor>;
  private supervisor?: BackendSupervisor;
  private disposed = false;
  readonly onDidChangeState = this.stateChange.event;
  readonly jobs: Jobs;

  constructor(private readonly services: Pick<Services, "context" | "log" | "settings">) {
    this.processLog = new ProcessLog(services.log);
    const all = (): JobStatus[] => (this.supervisor?.jobs ?? []).map(localized);
    this.jobs = {
      get all() {
        return all();
      },
      onDidChange: this.jobChange.event,
      start: async (source, runsRoot) => localized(await (await this.trusted()).start(source, runsRoot)),
      stop: async (job) => void (await this.call("jobs/stop", { job })),
      pause: async (job) => void (await this.call("jobs/pause", { job })),
      continue: async (job) => void (await this.call("jobs/continue", { job })),
      ofRun: (runFolder) => all().find(({ run, state }) => state !== "finished" && run !== null && path.resolve(run) === path.resolve(runFolder)),
    };
  }

  get state(): SupervisorState {
    return this.supervisor?.state ?? "off";
  }
  get memoryMB(): number | undefined {
    return this.supervisor?.memoryMB;
  }
  get pid(): number | undefined {
    return this.supervisor?.pid;
  }

  /** Where a process that goes on leaves its address: this workspace's own folder in VS Code's storage. */
  get stateFolder(): string {
    const { storageUri, globalStorageUri } = this.services.context;
    return storageUri?.fsPath ?? path.join(globalStorageUri.fsPath, "no-folder");
  }

  readonly call: Backend["call"] = async (name, params, options) => (await this.trusted()).call(name, params, options);

  async adopt(): Promise<boolean> {
    return vscode.workspace.isTrusted && !this.disposed && (await this.load()).adopt();
  }

  async restart(): Promise<void> {
    await (await this.trusted()).restart();
  }

  configure(): void {
    this.supervisor?.configure().catch((error: unknown) => this.services.log.warn(String(error)));
  }

  dispose(): void {
    void this.end();
  }

  async end(): Promise<void> {
    this.disposed = true;
    await (await this.loading)?.dispose();
  }

  private async trusted(): Promise<BackendSupervisor> {
    if (!vscode.workspace.isTrusted)
      throw new PromptTuningError("usage", vscode.l10n.t("Nothing is trained and no model is loaded in a workspace that is not trusted."), { advice: vscode.l10n.t("Trust the workspace first (Workspaces: Manage Workspace Trust).") });
    return this.load();
  }

  private load(): Promise<BackendSupervisor> {
    return (this.loading ??= this.create());
  }

  private async create(): Promise<BackendSupervisor> {
    const [{ BackendSupervisor }, { forkChild }, { attachToBackground }] = await Promise.all([import("../../supervisor/backend-supervisor.js"), import("../../supervisor/fork-child.js"), import("../../supervisor/find-background.js")]);
    const { processLog, stateFolder } = this;
    const script = vscode.Uri.joinPath(this.services.context.extensionUri, "out", "backend.js").fsPath;
    return (this.supervisor = new BackendSupervisor({
      fork: () => forkChild({ script, onOutput: (text) => processLog.output(text) }),
      attach: () => attachToBackground(stateFolder, (reason) => processLog.add("warning", reason)),
      settings: () => this.settings(),
      log: (level, text) => processLog.add(level, text),
      onState: (state) => {
        this.stateChange.fire(state);
        const reason = this.supervisor?.reason;
        if (state === "failed" && reason) void tellFailure(this.services, reason, () => this.restart());
      },
      onJob: (status) => this.jobChange.fire(localized(status)),
    }));
  }

  private settings(): BackendSettings {
    const { runsAtOnce, whenWindowCloses, cacheFolder } = this.services.settings;
    const whole = Math.min(16, Math.max(1, Math.round(Number(runsAtOnce)) || 1));
    return { runsAtOnce: whole, whenWindowCloses: whenWindowCloses === "continue" ? "continue" : "stop", cache: cacheFolder, stateFolder: this.stateFolder };
  }
}

/** What it is busy with, in the person's language. */
function localized(status: JobStatus): JobStatus {
  return status.activity ? { ...status, activity: { ...status.activity, text: activityText(status.activity) } } : status;
}
