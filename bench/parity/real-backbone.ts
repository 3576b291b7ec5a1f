import type { Backbone, OpenBackboneOptions } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { cacheFolder } from "../../src/backbone/sources/cache-folder.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";
import type { FetchOptions, ModelFiles } from "../../src/backbone/sources/source.js";

export const realModel = "smollm2-135m-instruct";

/** The files of the backbone that the reference values belong to, fetched where they are not in the cache yet. */
export function fetchRealModel(options: FetchOptions = {}, model = realModel): Promise<ModelFiles> {
  return resolveModelSource(model, ".", { cache: cacheFolder() }).fetch(options);
}

export async function openRealBackbone(options: FetchOptions = {}, model = realModel, weights?: OpenBackboneOptions["weights"]): Promise<Backbone> {
  return openBackbone(await fetchRealModel(options, model), { cache: cacheFolder(), weights });
}

/** Opens the backbone for a measurement and frees it afterwards. */
export async function withRealBackbone<T>(options: FetchOptions, work: (backbone: Backbone) => Promise<T>, model = realModel): Promise<T> {
  const backbone = await openRealBackbone(options, model);
  try {
    return await work(backbone);
  } finally {
    await backbone.dispose();
  }
}
