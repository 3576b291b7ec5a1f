import { listCatalogue } from "./catalogue.js";
import { type DownloadedModel, listDownloaded } from "./downloaded.js";

/** A backbone as lists show it: of the catalogue, on the disk, or both. */
export interface ListedBackbone {
  /** Catalogue name, or owner/name of the hub. */
  readonly name: string;
  /** What it is, for a person; empty where only its name is known. */
  readonly title: string;
  /** Bytes of the model file for one of the catalogue, of all its files for one of the hub. */
  readonly size: number;
  /** Bytes on the disk. */
  readonly onDisk: number;
  readonly licence?: string;
  /** Id on the hub. */
  readonly hubId?: string;
  /** Tokens, where known without opening it. */
  readonly contextLength?: number;
  readonly state: "absent" | "partial" | "downloaded";
  readonly folder?: string;
}

/** The catalogue, then what else lies in the cache folder. Only reads folders; quick, and needs no process of its own. */
export async function listBackbones(cache?: string): Promise<ListedBackbone[]> {
  const downloaded = await listDownloaded(cache);
  const known = listCatalogue().map(({ name, title, file, licence, hubId, contextLength }): ListedBackbone => {
    const found = downloaded.find((model) => model.from === "catalogue" && model.name === name);
    return { name, title, size: file.size, licence, hubId, contextLength, ...presence(found) };
  });
  const others = downloaded
    .filter((model) => model.from === "hub" || !known.some(({ name }) => name === model.name))
    .map((model): ListedBackbone => ({ name: model.name, title: "", size: model.size, ...(model.from === "hub" ? { hubId: model.name } : {}), ...presence(model) }));
  return [...known, ...others];
}

function presence(found: DownloadedModel | undefined): Pick<ListedBackbone, "state" | "onDisk" | "folder"> {
  if (!found) return { state: "absent", onDisk: 0 };
  return { state: found.unfinished ? "partial" : "downloaded", onDisk: found.size, folder: found.folder };
}
