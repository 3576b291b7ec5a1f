import * as vscode from "vscode";
import type { Diagnostic } from "../../experiment/diagnostic.js";
import type { Services } from "../services.js";
import { folderOf, isExperiment, rangeOf } from "./documents.js";
import type { PeekCache } from "./peek-cache.js";

const pauseMilliseconds = 300;
/** Shown beside each problem, and what quick fixes know ours by. */
export const problemSource = "Prompt Tuning";

/** The problems of open experiment files, found at every pause in typing, or by a validation. */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("promptTuning");
  private readonly found = new Map<string, readonly Diagnostic[]>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly services: Pick<Services, "log">,
    private readonly peeks: PeekCache,
  ) {
    const lookAtAll = (): void => vscode.workspace.textDocuments.forEach((document) => this.lookSoon(document, 0));
    const data = vscode.workspace.createFileSystemWatcher("**/*.{tsv,csv,jsonl}");
    this.subscriptions = [
      data,
      data.onDidCreate(lookAtAll),
      data.onDidDelete(lookAtAll),
      data.onDidChange(() => vscode.workspace.textDocuments.forEach((document) => this.lookSoon(document))),
      vscode.workspace.onDidOpenTextDocument((document) => this.lookSoon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => contentChanges.length > 0 && this.lookSoon(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.lookSoon(document, 0)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      vscode.workspace.onDidGrantWorkspaceTrust(lookAtAll),
    ];
    lookAtAll();
  }

  /** The problems that touch a range, as they stand. */
  at(document: vscode.TextDocument, range: vscode.Range): Diagnostic[] {
    return (this.found.get(document.uri.toString()) ?? []).filter((problem) => rangeOf(document, problem).intersection(range) !== undefined);
  }

  /** Shows what a validation found, until the text changes. */
  show(document: vscode.TextDocument, diagnostics: readonly Diagnostic[]): void {
    this.cancel(document);
    this.found.set(document.uri.toString(), diagnostics);
    this.collection.set(
      document.uri,
      diagnostics.map((diagnostic) => {
        const item = new vscode.Diagnostic(rangeOf(document, diagnostic), diagnostic.message, diagnostic.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning);
        item.source = problemSource;
        return item;
      }),
    );
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private lookSoon(document: vscode.TextDocument, milliseconds = pauseMilliseconds): void {
    if (!isExperiment(document)) return;
    this.cancel(document);
    this.timers.set(
      document.uri.toString(),
      setTimeout(() => void this.look(document).catch((error: unknown) => this.services.log.error(String(error))), milliseconds),
    );
  }

  private async look(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const { readExperimentText } = await import("../../experiment/load-experiment.js");
    const text = readExperimentText(document.getText());
    const folder = folderOf(document);
    const problems = syntaxIsToldElsewhere() && text.document && text.document.syntaxProblems.length > 0 ? [] : [...text.diagnostics];
    // Only text is looked at for a workspace that is not trusted: its experiments name paths.
    if (folder !== undefined && vscode.workspace.isTrusted) {
      const { checkFiles } = await import("../../experiment/checks/check-files.js");
      problems.push(...(await checkFiles(text, folder, this.peeks.peek)));
      problems.sort((a, b) => a.offset - b.offset);
    }
    if (!document.isClosed && document.version === version) this.show(document, problems);
  }

  private cancel({ uri }: vscode.TextDocument): void {
    clearTimeout(this.timers.get(uri.toString()));
    this.timers.delete(uri.toString());
  }

  private forget(document: vscode.TextDocument): void {
    this.cancel(document);
    this.found.delete(document.uri.toString());
    this.collection.delete(document.uri);
  }
}

/** VS Code's own JSON support underlines what is no JSON; saying it twice helps nobody. */
function syntaxIsToldElsewhere(): boolean {
  return vscode.extensions.getExtension("vscode.json-language-features") !== undefined && vscode.workspace.getConfiguration("json").get("validate.enable", true);
}
