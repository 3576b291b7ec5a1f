import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { comparePageStateSchema } from "../../protocol/webview/compare-view.js";
import { pickRuns } from "../runs/pick-run.js";
import type { Services } from "../services.js";
import { ComparePanel, keyOf } from "./compare-panel.js";

export const viewType = "promptTuning.compareView";

/** The page draws more, but a person who selects everything by accident should not wait for it. */
const mostAtOnce = 50;

/** The panels that are open: one a set of runs. */
const open = new Set<ComparePanel>();

/** Compares the selected runs, or those the person picks; the pinned baseline joins them. */
export async function compareRuns(services: Services, args: readonly unknown[]): Promise<void> {
  const { l10n } = vscode;
  const picked = await pickRuns(services, args, { title: l10n.t("Which runs should be compared?"), suits: () => true, none: l10n.t("There is no run to compare yet. Run an experiment first."), many: true });
  if (picked.length === 0) return;
  const baseline = services.baseline.run;
  const paths = [...new Set([...(baseline !== undefined && services.runs.find(baseline) ? [baseline] : []), ...picked.map(({ path }) => path)])];
  if (paths.length < 2) {
    throw new PromptTuningError("usage", l10n.t("A comparison needs at least two runs."), { advice: l10n.t("Select more runs in the Runs view (Ctrl or Shift and click), or pin another run as the baseline.") });
  }
  if (paths.length > mostAtOnce) {
    throw new PromptTuningError("usage", l10n.t("{0} runs are too many to begin a comparison with.", paths.length), { advice: l10n.t("Select at most {0}; more can be added in the comparison.", mostAtOnce) });
  }
  const shown = [...open].find(({ key }) => key === keyOf(paths));
  if (shown) return shown.panel.reveal();
  const panel = vscode.window.createWebviewPanel(viewType, l10n.t("Compare {0} Runs", paths.length), vscode.ViewColumn.Active);
  await fill(services, panel, paths);
}

/** A panel of an earlier session of the window. */
export async function restoreComparison(services: Services, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
  await fill(services, panel, comparePageStateSchema.safeParse(state).data?.runs ?? []);
}

async function fill(services: Services, panel: vscode.WebviewPanel, paths: readonly string[]): Promise<void> {
  const opened = await ComparePanel.open(services, panel, paths);
  open.add(opened);
  panel.onDidDispose(() => open.delete(opened));
}
