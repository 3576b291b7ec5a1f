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
  /** Files of it outside its folder: a package that was not unpacked yet. */
  readonly parts: readonly string[];
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
      models.push({ name: from === "hub" ? entry.name.replace("--", "/") : entry.name, from, folder, size, unfinished, parts: [] });
    }
  }
  for (const [name, parts] of await packagesUnderWay(cache)) {
    const begun = models.find((model) => model.from === "catalogue" && model.name === name);
    const folder = path.join(cache, "models", "catalogue", name);
    const own = begun ?? { name, from: "catalogue", folder, size: 0, unfinished: true, parts: [] };
    const added = { ...own, size: own.size + parts.reduce((sum, part) => sum + part.size, 0), unfinished: true, parts: parts.map((part) => part.path) };
    models.splice(begun ? models.indexOf(begun) : models.length, begun ? 1 : 0, added);
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
  for (const place of [found.folder, ...found.parts]) {
    await rm(place, { recursive: true, force: true }).catch((error: unknown) => {
      throw storageError(name, place, error);
    });
  }
  return found.size;
}

/** Packages of the catalogue's models that are being downloaded, or were not unpacked: catalogue name → its files. */
async function packagesUnderWay(cache: string): Promise<Map<string, { path: string; size: number }[]>> {
  const folder = path.join(cache, "downloads");
  const found = new Map<string, { path: string; size: number }[]>();
  for (const name of await readdir(folder).catch(() => [])) {
    const entry = listCatalogue().find(({ sources }) => sources.some((source) => name.startsWith(`${source.package.replaceAll("-", "_")}-${source.version}-`)));
    const file = path.join(folder, name);
    const info = await stat(file).catch(() => undefined);
    if (entry && info?.isFile()) found.set(entry.name, [...(found.get(entry.name) ?? []), { path: file, size: info.size }]);
  }
  return found;
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
