import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { RunFolder } from "./run-folder.js";

/** A disk may tell times in steps of two seconds: what changed so lately may change again without a new time. */
const settledMilliseconds = 10_000;

/** How a run's files stood, without a look into them. */
export interface RunStamp {
  /** Equal as long as nothing that a list shows of the run was written, added or removed. */
  readonly text: string;
  /** Whether the last change is so long ago that another one shows in the text. */
  readonly settled: boolean;
}

/**
 * Sizes and times of what a run's entry is read from. The lease and the adapter come and go with a name in the folder,
 * which changes the folder's own time.
 */
export async function stampOf(folder: RunFolder, now = Date.now()): Promise<RunStamp> {
  const weights = path.join(folder.adapter, "adapter_model.safetensors");
  const found = await Promise.all([folder.path, folder.journal, folder.experiment, weights].map(look));
  // An adapter says more than checkpoints: these are asked for only without it.
  if (found[3] === undefined) found.push(await look(folder.checkpoints));
  const newest = Math.max(...found.map((stats) => stats?.mtimeMs ?? 0));
  return { text: found.map(textOf).join(" "), settled: now - newest > settledMilliseconds };
}

const look = (file: string): Promise<Stats | undefined> => stat(file).catch(() => undefined);

/** Of a folder the size tells nothing that the time does not. */
const textOf = (stats: Stats | undefined): string => (stats === undefined ? "-" : `${stats.isFile() ? stats.size : "folder"}@${stats.mtimeMs}`);
