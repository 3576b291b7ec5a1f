import type { ProcessContext } from "../../../src/backend-process/context.js";
import { backendContract, type BackendContract, hostContract, type HostContract } from "../../../src/protocol/backend/contract.js";
import { channelPair } from "../../../src/protocol/channel.js";
import { Peer } from "../../../src/protocol/peer.js";

/** The two ends of a conversation with the backend process, in this process: handlers on one, a caller on the other. */
export function backendPeer(cache: string, register: (context: ProcessContext) => void): { readonly host: Peer<HostContract, BackendContract>; readonly logged: string[]; close(): void } {
  const [near, far] = channelPair();
  const logged: string[] = [];
  const peer = new Peer<BackendContract, HostContract>(far, backendContract, hostContract, "The window");
  const host = new Peer<HostContract, BackendContract>(near, hostContract, backendContract, "The training process");
  const gone = new AbortController();
  register({ peer, settings: () => ({ cache, runsAtOnce: 1, whenWindowCloses: "stop", stateFolder: cache }), log: (_, text) => void logged.push(text), gone: gone.signal });
  const close = (): void => {
    gone.abort();
    host.close();
  };
  return { host, logged, close };
}
