import type { DatasetTab } from "../../../protocol/webview/dataset-view.js";

/** Tabs that commands asked for, until the page of the data set shows them. */
const asked = new Map<string, DatasetTab>();
const listeners = new Map<string, Set<(tab: DatasetTab) => void>>();

/** Shows a tab of a data set: at once where its page is there, else when it comes. */
export function askForTab(file: string, tab: DatasetTab): void {
  asked.set(file, tab);
  for (const listener of listeners.get(file) ?? []) listener(tab);
}

/** The tab that was asked for, once. */
export function takeAskedTab(file: string): DatasetTab | null {
  const tab = asked.get(file) ?? null;
  asked.delete(file);
  return tab;
}

/** Tells the pages of a data set which tab is asked for. Returns what ends it. */
export function onAskedTab(file: string, listener: (tab: DatasetTab) => void): () => void {
  const own = listeners.get(file) ?? new Set();
  listeners.set(file, own.add(listener));
  return () => own.delete(listener);
}
