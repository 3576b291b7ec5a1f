import type { Channel } from "../../src/protocol/channel.js";
import type { Contract } from "../../src/protocol/contract.js";
import { Peer } from "../../src/protocol/peer.js";

declare function acquireVsCodeApi(): { postMessage(message: unknown): void; getState(): unknown; setState(state: unknown): void };

const vscode = acquireVsCodeApi();

/** What this page remembers while it is hidden, and over a reload of the window. Check it by a schema. */
export const pageState = { read: (): unknown => vscode.getState(), write: (state: unknown): void => vscode.setState(state) };

/** The conversation with the extension host: `own` is what this page answers, `other` what the host does. */
export function connectToHost<Own extends Contract, Host extends Contract>(own: Own, other: Host): Peer<Own, Host> {
  const channel: Channel = {
    send: (message) => vscode.postMessage(message),
    onMessage: (listener) => window.addEventListener("message", (event) => listener(event.data)),
    onClose: () => {},
    close: () => {},
  };
  return new Peer(channel, own, other, "The extension", (reason) => console.warn(reason));
}
