import * as vscode from "vscode";

/** The extension's settings: preferences only; what an experiment is stands in its file. */
export class HostSettings {
  get runsAtOnce(): number {
    return this.read<number>("runsAtOnce", 1);
  }
  get whenWindowCloses(): "stop" | "continue" {
    return this.read<"stop" | "continue">("whenWindowCloses", "stop");
  }
  /** Machine-scoped: a workspace cannot name folders. */
  get cacheFolder(): string | undefined {
    return this.read<string>("cacheFolder", "").trim() || undefined;
  }

  readonly onDidChange = (listener: () => void): vscode.Disposable =>
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(section) && listener());

  private read<T>(name: string, otherwise: T): T {
    return vscode.workspace.getConfiguration(section).get<T>(name) ?? otherwise;
  }
}

const section = "promptTuning";
