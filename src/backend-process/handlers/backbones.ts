import { fetchBackbone } from "../../backbone/sources/fetch-backbone.js";
import type { ProcessContext } from "../context.js";

/** Fetching backbones ahead of the run that needs them, and looking at them. */
export function registerBackbones({ peer, settings, log }: ProcessContext): void {
  peer.handle("backbones/fetch", async ({ name }, { signal, progress }) => {
    const notices: string[] = [];
    const files = await fetchBackbone(name, { cache: settings().cache, signal, onProgress: (at) => progress({ ...at }), onNotice: (text) => notices.push(text) });
    log("info", `${files.name} is ready: ${files.modelFile}`);
    return { name: files.name, modelFile: files.modelFile, notices };
  });
  peer.handle("backbones/inspect", async ({ name, check }, { signal, progress }) => {
    const { inspectModel } = await import("../../backend/models/inspect-model.js");
    return inspectModel(name, process.cwd(), { cache: settings().cache, check, signal, onProgress: (at) => progress({ ...at }) });
  });
}
