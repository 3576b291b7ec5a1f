import path from "node:path";
import { z } from "zod";
import type { Backbone } from "../backbone/backbone.js";
import { cacheFolder } from "../backbone/sources/cache-folder.js";
import { ordinaryNormRange, rowNorms } from "../inspection/norms.js";
import type { NormRange } from "../training/diagnostics.js";
import { readCacheNote, writeCacheNote } from "./cache-note.js";
import { programVersion } from "./versions.js";

const normRangeSchema = z.strictObject({ low: z.number().min(0), high: z.number().min(0) });

/** The ordinary norms of a backbone's embeddings. Remembered in the cache: finding them reads the whole matrix, which the first step would wait for. */
export async function normRangeOf({ description, embeddings }: Pick<Backbone, "description" | "embeddings">, cache = cacheFolder()): Promise<NormRange> {
  const file = path.join(cache, "norms", `${description.hash}-${programVersion}.json`);
  const known = await readCacheNote(file, normRangeSchema);
  if (known) return known;
  const range = ordinaryNormRange(rowNorms(embeddings.matrix(), embeddings.width));
  await writeCacheNote(file, range);
  return range;
}
