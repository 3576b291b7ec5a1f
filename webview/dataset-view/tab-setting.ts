import type { DatasetState, DatasetStore } from "./store.js";

/** What every part of the page is given. */
export interface TabSetting {
  readonly state: DatasetState;
  readonly store: DatasetStore;
}
