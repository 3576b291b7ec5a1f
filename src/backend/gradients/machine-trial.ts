import { createHash } from "node:crypto";
import { cpus } from "node:os";
import path from "node:path";
import type { Backbone } from "../../backbone/backbone.js";
import { cacheFolder } from "../../backbone/sources/cache-folder.js";
import type { Experiment } from "../../experiment/schema.js";
import { productTrialSchema } from "../../runs/environment.js";
import { readCacheNote, writeCacheNote } from "../cache-note.js";
import { onnxruntimeVersion, programVersion } from "../versions.js";
import { measureProducts, type ProductTrial } from "./product-trial.js";

/**
 * The trial of a backbone's products on this machine: measured once for a model, a processor, a version of onnxruntime and a number
 * of threads, then remembered in the cache.
 */
export async function trialOnThisMachine(backbone: Backbone, { threads, packWeights }: Pick<Experiment["training"], "threads" | "packWeights">, cache = cacheFolder(), measure = measureProducts): Promise<ProductTrial | { readonly failed: string } | undefined> {
  const machine = [programVersion, onnxruntimeVersion, process.platform, process.arch, cpus()[0]?.model.trim(), cpus().length];
  const key = createHash("sha256").update(JSON.stringify([...machine, threads ?? 0, packWeights, backbone.description.hash])).digest("hex");
  const file = path.join(cache, "trials", `${key.slice(0, 32)}.json`);
  const known = await readCacheNote(file, productTrialSchema);
  if (known) return known;
  let products;
  try {
    products = await backbone.openBackwardProducts?.({ threads, packWeights });
    if (!products) return undefined;
    const trial = await measure(products);
    await writeCacheNote(file, trial);
    return trial;
  } catch (error) {
    // Whatever onnxruntime lacks, the exact products need none of it.
    return { failed: error instanceof Error ? error.message : String(error) };
  } finally {
    await products?.dispose();
  }
}
