import type { Backbone } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { cacheFolder } from "../../src/backbone/sources/cache-folder.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";
import type { FetchOptions } from "../../src/backbone/sources/source.js";

export const realModel = "smollm2-135m-instruct";

/** The backbone that the reference values belong to, fetched where it is not in the cache yet. */
export async function openRealBackbone(options: FetchOptions = {}): Promise<Backbone> {
  const cache = cacheFolder();
  const files = await resolveModelSource(realModel, ".", { cache }).fetch(options);
  return openBackbone(files, { cache });
}

/** Opens the backbone for a measurement and frees it afterwards. */
export async function withRealBackbone<T>(options: FetchOptions, work: (backbone: Backbone) => Promise<T>): Promise<T> {
  const backbone = await openRealBackbone(options);
  try {
    return await work(backbone);
  } finally {
    await backbone.dispose();
  }
}
