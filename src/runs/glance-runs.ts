import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { glanceRun } from "./glance-run.js";
import type { RunEntry } from "./run-entry.js";

/** Files open at the same time: enough to keep a disk busy, far below what a system allows. */
const atOnce = 16;

/**
 * Glances at every run in a root, in no particular order of the work; the result is in the order of the folders'
 * names. A root that does not exist holds no runs; one that cannot be read throws as the file system does.
 */
export async function glanceRuns(root: string): Promise<RunEntry[]> {
  return glanceAll(await runFolders(root));
}

/** Every folder in a root that is not hidden, as RunStore lists them. */
export async function runFolders(root: string): Promise<string[]> {
  try {
    const found = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
    // Whoever keeps runs on another disk links to them.
    const isFolder = async (entry: Dirent): Promise<boolean> => entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path.join(root, entry.name)).catch(() => undefined))?.isDirectory() === true);
    const folders = await Promise.all(found.map(async (entry) => ((await isFolder(entry)) ? [path.join(root, entry.name)] : [])));
    return folders.flat().sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** In the order of the folders; `glance` reads one. */
export async function glanceAll(folders: readonly string[], glance = glanceRun): Promise<RunEntry[]> {
  const entries = new Array<RunEntry>(folders.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < folders.length) {
      const index = next++;
      entries[index] = await glance(folders[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, folders.length) }, work));
  return entries;
}
