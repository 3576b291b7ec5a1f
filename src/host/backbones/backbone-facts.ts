import * as vscode from "vscode";
import type { ModelFacts } from "../../backbone/facts/model-facts.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Services } from "../services.js";
import { fetchText } from "./fetch-text.js";
import { type FactRow, factRows } from "./fact-rows.js";

/** What the backend process has said of backbones in this window. */
export class BackboneFacts {
  private readonly known = new Map<string, Promise<ModelFacts>>();

  constructor(private readonly services: Services) {}

  /** The rows of one, asked for once; a refusal is a row too. */
  async rows(name: string): Promise<FactRow[]> {
    try {
      let facts = this.known.get(name);
      if (!facts) this.known.set(name, (facts = this.services.backend.call("backbones/inspect", { name })));
      return factRows(await facts);
    } catch (error) {
      this.known.delete(name);
      const value = error instanceof PromptTuningError ? error.describe() : String(error);
      return [{ kind: "fact", of: name, label: vscode.l10n.t("Cannot be read"), value, warning: true }];
    }
  }

  /** Asked for anew the next time. */
  forget(): void {
    this.known.clear();
  }

  /** Opens a backbone and compares its gradient with differences of the loss, with a notification that can cancel it. @throws as the call. */
  async check(name: string): Promise<ModelFacts | undefined> {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: vscode.l10n.t("Checking the gradient through {0}", name) };
    return vscode.window.withProgress(options, async (bar, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      try {
        const facts = await this.services.backend.call("backbones/inspect", { name, check: true }, { signal: controller.signal, onProgress: (progress) => bar.report({ message: fetchText(progress) }) });
        this.known.set(name, Promise.resolve(facts));
        return facts;
      } catch (error) {
        if (controller.signal.aborted) return undefined;
        throw error;
      }
    });
  }
}
