import type { Backbone, OpenBackboneOptions } from "../backbone/backbone.js";
import { openBackbone } from "../backbone/open-backbone.js";
import { cacheFolder } from "../backbone/sources/cache-folder.js";
import { resolveModelSource } from "../backbone/sources/resolve.js";
import type { Experiment } from "../experiment/schema.js";
import type { BackendOptions } from "./options.js";

/**
 * Fetches the backbone an experiment names, where it is not there yet, and opens it.
 * @param baseFolder what the model's path is relative to.
 * @param weights how its matrices are held in memory.
 */
export async function loadBackbone(model: Experiment["model"], baseFolder: string, options: BackendOptions, weights?: OpenBackboneOptions["weights"]): Promise<Backbone> {
  const cache = options.cache ?? cacheFolder();
  const source = resolveModelSource(model, baseFolder, { cache });
  const files = await source.fetch({
    signal: options.signal,
    onProgress: options.onFetch,
    onNotice: (text) => options.emit?.({ type: "message", level: "info", code: "backbone", text }),
  });
  return openBackbone(files, {
    cache,
    weights,
    onProgress: (done, total) => options.onFetch?.({ phase: "unpacking", file: files.name, done, total }),
  });
}
