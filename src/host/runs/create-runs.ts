import path from "node:path";
import * as vscode from "vscode";
import type { RunIndex } from "../../runs/run-index.js";
import type { Jobs, Runs } from "../services.js";
import { coalesce } from "./coalesce.js";
import { RunCollection, type RunReader } from "./run-collection.js";
import { RunRoots } from "./run-roots.js";

/** Four changes of the list a second are enough for a person, and leave the editor free. */
const changeMilliseconds = 250;
/** A journal on a network drive, or one of a process elsewhere, may change without any event. */
const lookMilliseconds = 1000;

/** The reader is loaded by the first list of runs, so that the extension's start stays light. */
function createReader({ storageUri, globalStorageUri, extension }: vscode.ExtensionContext): RunReader {
  let made: Promise<RunIndex> | undefined;
  const index = (): Promise<RunIndex> =>
    (made ??= import("../../runs/run-index.js").then((module) => new module.RunIndex(path.join((storageUri ?? globalStorageUri).fsPath, "runs.json"), String(extension.packageJSON.version))));
  return {
    folders: async (root) => (await import("../../runs/glance-runs.js")).runFolders(root),
    glance: async (folders) => (await index()).glance(folders),
    remembered: async (folders) => (await index()).remembered(folders),
    keep: (folders) => void index().then((known) => known.save(folders)),
  };
}

export function createRuns({ context, log, jobs }: { context: vscode.ExtensionContext; log: vscode.LogOutputChannel; jobs: Jobs }): Runs {
  const roots = new RunRoots(() => (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath), context.globalStorageUri.fsPath);
  const changed = new vscode.EventEmitter<void>();
  const fire = coalesce(changeMilliseconds, () => changed.fire());
  const collection = new RunCollection({
    reader: createReader(context),
    roots: () => roots.all,
    onChange: fire,
    onProblem: (root, error) => log.warn(vscode.l10n.t("The runs in {0} cannot be read: {1}", root, error instanceof Error ? error.message : String(error))),
  });
  const watching = new RunWatching(collection, roots, jobs);
  context.subscriptions.push(changed, watching, new vscode.Disposable(() => fire.dispose()));
  return {
    get all() {
      return collection.all;
    },
    onDidChange: changed.event,
    load() {
      watching.begin();
      return collection.load();
    },
    loadNewest() {
      watching.begin();
      return collection.loadNewest();
    },
    find: (runFolder) => collection.find(runFolder),
    refresh(runFolder) {
      watching.begin();
      return collection.refresh(runFolder);
    },
    get roots() {
      return roots.all;
    },
    rootFor: (experimentFile) => roots.rootFor(experimentFile),
  };
}

/** Looks again at runs when their files change. Begins with the first load. */
class RunWatching implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private watchers: vscode.Disposable[] = [];
  private watchedRoots = "";
  private began = false;
  private readonly changedRuns = new Set<string>();
  private readonly lookAtChanged = coalesce(changeMilliseconds, () => {
    for (const run of this.changedRuns) void this.collection.refresh(run);
    this.changedRuns.clear();
  });

  constructor(
    private readonly collection: RunCollection,
    private readonly roots: RunRoots,
    private readonly jobs: Jobs,
  ) {}

  begin(): void {
    if (this.began) return;
    this.began = true;
    this.watchRoots();
    const timer = setInterval(() => this.lookAtActive(), lookMilliseconds);
    this.disposables.push(
      new vscode.Disposable(() => clearInterval(timer)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.watchRoots();
        void this.collection.refresh();
      }),
      this.jobs.onDidChange(({ run }) => {
        if (run === null) return;
        this.watchRoots(); // The sample's root may have come into being.
        this.changedRuns.add(run);
        this.lookAtChanged();
      }),
    );
  }

  dispose(): void {
    this.lookAtChanged.dispose();
    for (const disposable of [...this.disposables, ...this.watchers]) disposable.dispose();
  }

  private lookAtActive(): void {
    for (const entry of this.collection.all) if (entry.active) void this.collection.refresh(entry.path);
  }

  private watchRoots(): void {
    const roots = this.roots.all;
    if (this.watchedRoots === roots.join("\0")) return;
    this.watchedRoots = roots.join("\0");
    for (const watcher of this.watchers) watcher.dispose();
    // Of a deleted folder VS Code tells the folder only, not what was in it: every level is watched.
    this.watchers = roots.flatMap((root) => this.watch(path.dirname(path.dirname(root)), "{.ptune,.ptune/runs,.ptune/runs/*,.ptune/runs/*/journal.jsonl,.ptune/runs/*/lease.json}"));
  }

  private watch(base: string, pattern: string): vscode.Disposable[] {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(base), pattern));
    const look = ({ fsPath }: vscode.Uri): void => {
      const run = this.roots.runOf(fsPath);
      if (run === undefined) return void this.collection.refresh();
      this.changedRuns.add(run);
      this.lookAtChanged();
    };
    return [watcher, watcher.onDidCreate(look), watcher.onDidChange((uri) => this.roots.runOf(uri.fsPath) !== undefined && look(uri)), watcher.onDidDelete(look)];
  }
}
