import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Params } from "../../protocol/contract.js";
import type { Peer } from "../../protocol/peer.js";
import type { InspectorHostContract, InspectorPageContract, Subject } from "../../protocol/webview/inspector.js";
import type { Backend } from "../services.js";
import { readSubject } from "./read-subject.js";

/** What the inspector needs of the window around it. */
export interface Surroundings {
  readonly backend: Pick<Backend, "call">;
  trusted(): boolean;
  command(name: Params<InspectorHostContract, "command">["command"]): void;
  /** Told what was read, at every reading. */
  onRead(subject: Subject): void;
}

type PagePeer = Pick<Peer<InspectorHostContract, InspectorPageContract>, "handle">;

/**
 * One inspector as the extension host leads it. What needs no backbone is read and computed here, so that it is there at
 * once and in a workspace that is not trusted; the rest the backend process does. Knows nothing of VS Code.
 */
export function inspectorConversation(path: string, around: Surroundings, peer: PagePeer): void {
  const { backend } = around;
  const target = ({ model }: { readonly model?: string }): { path: string; model?: string } => {
    if (!around.trusted()) throw new PromptTuningError("usage", "This workspace is not trusted.", { reason: "No model is loaded in it.", advice: "Trust the workspace first." });
    return { path, model };
  };
  peer.handle("ready", async () => {
    const subject = await readSubject(path);
    around.onRead(subject);
    return { trusted: around.trusted(), subject, backbones: listCatalogue().map(({ name, title }) => ({ name, title })) };
  });
  peer.handle("neighbours", async (params, { signal, progress }) => backend.call("inspection/neighbours", target(params), { signal, onProgress: progress }));
  peer.handle("timeline", async (params, { signal, progress }) => backend.call("inspection/timeline", target(params), { signal, onProgress: progress }));
  peer.handle("map", async ({ alone, ...params }, { signal, progress }) => {
    if (!alone) return backend.call("inspection/map", { ...params, ...target(params) }, { signal, onProgress: progress });
    const [{ placePrompt }, { readInspectedPrompt }] = await Promise.all([import("../../inspection/place-prompt.js"), import("../../inspection/inspected-prompt.js")]);
    const placed = await placePrompt(readInspectedPrompt(path), new Float32Array(), params, { signal, onProgress: (done, total) => progress({ done, total }) });
    return { ...placed, tokens: [] };
  });
  peer.handle("importance", async (params, { signal, progress }) => backend.call("inspection/importance", target(params), { signal, onProgress: progress }));
  peer.handle("faithfulness", async (params, { signal, progress }) => backend.call("inspection/faithfulness", target(params), { signal, onProgress: progress }));
  peer.handle("command", ({ command }) => {
    around.command(command);
    return {};
  });
}
