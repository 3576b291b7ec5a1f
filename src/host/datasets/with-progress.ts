import * as vscode from "vscode";
import type { DataProgress } from "../../protocol/backend/datasets.js";
import { fetchText } from "../backbones/fetch-text.js";

export interface ProgressCall {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DataProgress) => void;
}

/** Runs a call that goes through data, with a bar in a notification that can cancel it. */
export async function withDataProgress<Value>(title: string, call: (options: ProgressCall) => Promise<Value>): Promise<Value> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, cancellable: true, title }, async (bar, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let shown = 0;
    const onProgress = ({ fetching, done, total }: DataProgress): void => {
      if (fetching) return bar.report({ message: fetchText(fetching) });
      const percent = total ? Math.min(100, (done / total) * 100) : 0;
      bar.report({ increment: Math.max(0, percent - shown), message: total ? vscode.l10n.t("{0}%", Math.floor(percent)) : undefined });
      shown = Math.max(shown, percent);
    };
    return call({ signal: controller.signal, onProgress });
  });
}
