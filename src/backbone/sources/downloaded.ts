import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { cacheFolder } from "./cache-folder.js";
import { listCatalogue } from "./catalogue.js";
import { storageError } from "./download-error.js";

/** A model that lies in the cache folder. */
export interface DownloadedModel {
  /** Catalogue name, or owner/name of the hub. */
  readonly name: string;
  readonly from: "catalogue" | "hub";
  readonly folder: string;
  /** Bytes on the disk. */
  readonly size: number;
  /** Whether something of it is still on its way (an interrupted download). */
  readonly unfinished: boolean;
}

/** The models in the cache folder, by name. */
export async function listDownloaded(cache: string = cacheFolder()): Promise<DownloadedModel[]> {
  const models: DownloadedModel[] = [];
  for (const from of ["catalogue", "hub"] as const) {
    const root = path.join(cache, "models", from);
    for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) continue;
      const folder = path.join(root, entry.name);
      const { size, unfinished } = await measure(folder);
      if (size === 0) continue;
      models.push({ name: from === "hub" ? entry.name.replace("--", "/") : entry.name, from, folder, size, unfinished });
    }
  }
  return models.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Removes a model from the cache folder; returns the bytes freed. Models outside it are never touched.
 * @throws PromptTuningError usage: it is not there. DownloadError storage: it cannot be removed.
 */
export async function removeDownloaded(name: string, cache: string = cacheFolder()): Promise<number> {
  const downloaded = await listDownloaded(cache);
  const found = downloaded.find((model) => model.name === name);
  if (!found) {
    const known = listCatalogue().some((entry) => entry.name === name);
    throw new PromptTuningError("usage", known ? `${name} has not been downloaded.` : `There is no downloaded model named "${name}".`, {
      reason: downloaded.length > 0 ? `Downloaded: ${downloaded.map((model) => model.name).join(", ")}.` : "Nothing has been downloaded.",
      advice: "List them with: ptune models.",
    });
  }
  await rm(found.folder, { recursive: true, force: true }).catch((error: unknown) => {
    throw storageError(name, found.folder, error);
  });
  return found.size;
}

async function measure(folder: string): Promise<{ size: number; unfinished: boolean }> {
  let size = 0;
  let unfinished = false;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    size += (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
    unfinished ||= entry.name.endsWith(".partial");
  }
  return { size, unfinished };
}
