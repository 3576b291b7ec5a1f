import { findBackgroundAddresses } from "../protocol/backend/background-address.js";
import { attachChild } from "./attach-child.js";
import type { BackendChild } from "./backend-child.js";

/** The newest backend process of an earlier window that answers; addresses of processes that are gone are removed. */
export async function attachToBackground(stateFolder: string, onViolation: (reason: string) => void): Promise<BackendChild | undefined> {
  for (const found of findBackgroundAddresses(stateFolder)) {
    try {
      return await attachChild(found, onViolation);
    } catch {
      // It is just opening or closing its socket; who asks may ask again.
    }
  }
  return undefined;
}
