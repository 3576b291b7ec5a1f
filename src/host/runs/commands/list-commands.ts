import * as vscode from "vscode";
import type { Services } from "../../services.js";
import { pickRuns } from "../pick-run.js";
import { allStates, type RunFilter } from "../run-filter.js";
import { type RunOrder, runOrders } from "../run-order.js";
import type { RunTree } from "../run-tree.js";
import { currentSpeech } from "../speech.js";
import { stateText } from "../words.js";

/** Asks for words, or for states: what is typed filters by text, what is picked by state. */
export async function filterRuns({ runs }: Services, tree: RunTree): Promise<void> {
  await runs.load();
  const { filter } = tree;
  const speech = currentSpeech();
  const present = allStates.filter((state) => runs.all.some((entry) => entry.state === state));
  const picked = await new Promise<RunFilter | undefined>((resolve) => {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly state?: RunFilter["states"][number] }>();
    pick.ignoreFocusOut = true;
    pick.title = vscode.l10n.t("Filter the runs");
    pick.placeholder = vscode.l10n.t("Words of an experiment's or a run's name, or “seed 3”; or pick states");
    pick.canSelectMany = true;
    pick.value = filter.text;
    // Typing is a filter of its own and must not hide the states.
    pick.items = present.map((state) => ({ label: stateText(speech, state), state, alwaysShow: true }));
    pick.selectedItems = pick.items.filter(({ state }) => state !== undefined && filter.states.includes(state));
    pick.onDidAccept(() => {
      resolve({ text: pick.value.trim(), states: pick.selectedItems.flatMap(({ state }) => state ?? []) });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
  if (picked) await tree.setFilter(picked);
}

export async function sortRuns(tree: RunTree): Promise<void> {
  const names: Readonly<Record<RunOrder, string>> = {
    newest: vscode.l10n.t("Newest first"),
    metric: vscode.l10n.t("Best metric first"),
    name: vscode.l10n.t("Name and seed"),
    state: vscode.l10n.t("State, what is under way first"),
  };
  const items = runOrders.map((order) => ({ label: names[order], description: order === tree.order ? vscode.l10n.t("now") : "", order }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Sort the runs by"), ignoreFocusOut: true });
  if (picked) await tree.setOrder(picked.order);
}

export async function pinBaseline(services: Services, args: readonly unknown[]): Promise<void> {
  const [entry] = await pickRuns(services, args, { title: vscode.l10n.t("Pin which run as the baseline?"), none: vscode.l10n.t("There is no run to pin."), suits: () => true });
  if (entry) await services.baseline.set(entry.path);
}
