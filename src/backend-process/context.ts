import type { BackendContract, HostContract } from "../protocol/backend/contract.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { Peer } from "../protocol/peer.js";

/** The window that this process works for. */
export type WindowPeer = Peer<BackendContract, HostContract>;
export type LogLevel = "debug" | "info" | "warning" | "error";

/** What every group of handlers of the backend process gets. Handlers are registered anew for each window that joins. */
export interface ProcessContext {
  readonly peer: WindowPeer;
  /** As of the last hello or configure. */
  settings(): BackendSettings;
  log(level: LogLevel, text: string): void;
  /** Fires when this window is gone: what was opened for it is let go. */
  readonly gone: AbortSignal;
}
