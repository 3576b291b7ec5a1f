import type { BackendContract, HostContract } from "../protocol/backend/contract.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { Peer } from "../protocol/peer.js";

/** What every group of handlers of the backend process gets. */
export interface ProcessContext {
  readonly peer: Peer<BackendContract, HostContract>;
  /** As of the last hello or configure. */
  settings(): BackendSettings;
  log(level: "debug" | "info" | "warning" | "error", text: string): void;
}
