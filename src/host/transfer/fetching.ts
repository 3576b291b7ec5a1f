import * as vscode from "vscode";
import type { FetchProgress } from "../../protocol/backend/playground.js";
import type { CallOptions } from "../../protocol/peer.js";
import { fetchText, ProgressSteps } from "../backbones/fetch-text.js";

/** Shows a call that may have to fetch the backbone first: with progress, and with a way to cancel it. */
export function fetching<Result>(title: string, work: (options: CallOptions<FetchProgress>) => Promise<Result>): Promise<Result> {
  return Promise.resolve(
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (report, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const steps = new ProgressSteps();
      return work({ signal: controller.signal, onProgress: (at) => report.report({ message: fetchText(at), increment: steps.next(at) }) });
    }),
  );
}
