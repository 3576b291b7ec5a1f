import * as vscode from "vscode";
import type { FetchProgress } from "../../protocol/backend/playground.js";
import { coalesce } from "../runs/coalesce.js";
import type { Services } from "../services.js";
import { fetchText, ProgressSteps } from "./fetch-text.js";

/** A download tells of itself many times a second; a list needs it twice. */
const tellMilliseconds = 500;

/** The downloads of this window. */
export class Fetches implements vscode.Disposable {
  private readonly underWay = new Map<string, FetchProgress | undefined>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly tell = coalesce(tellMilliseconds, () => this.changed.fire());

  constructor(private readonly services: Services) {}

  /** Whether it is being fetched, and how far it is. */
  of(name: string): { readonly progress?: FetchProgress } | undefined {
    return this.underWay.has(name) ? { progress: this.underWay.get(name) } : undefined;
  }

  /** Fetches a backbone with a notification that can cancel it. @returns whether it is there now; false: cancelled. @throws as the call. */
  async fetch(name: string): Promise<boolean> {
    if (this.underWay.has(name)) {
      void vscode.window.showInformationMessage(vscode.l10n.t("{0} is being downloaded already.", name));
      return false;
    }
    this.underWay.set(name, undefined);
    this.changed.fire();
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: vscode.l10n.t("Downloading {0}", name) };
    try {
      return await vscode.window.withProgress(options, async (bar, token) => {
        const steps = new ProgressSteps();
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const onProgress = (progress: FetchProgress): void => {
          this.underWay.set(name, progress);
          this.tell();
          bar.report({ message: fetchText(progress), increment: steps.next(progress) });
        };
        try {
          const { notices } = await this.services.backend.call("backbones/fetch", { name }, { signal: controller.signal, onProgress });
          for (const notice of notices) this.services.log.info(notice);
          return true;
        } catch (error) {
          if (controller.signal.aborted) return false;
          throw error;
        }
      });
    } finally {
      this.underWay.delete(name);
      this.changed.fire();
    }
  }

  dispose(): void {
    this.tell.dispose();
    this.changed.dispose();
  }
}
