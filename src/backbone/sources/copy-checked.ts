import { copyFile, rename, rm } from "node:fs/promises";
import { checkFile, type ExpectedFile } from "./file-integrity.js";
import type { FetchOptions } from "./source.js";

/** Copies a file and gives it its name only after its size and hash were found right. @throws DownloadError, system errors. */
export async function copyChecked(from: string, target: string, expected: ExpectedFile, options: FetchOptions): Promise<void> {
  const unfinished = `${target}.copying-${process.pid}`;
  try {
    // Through a symbolic link the content is copied, not the link.
    await copyFile(from, unfinished);
    await checkFile(target, unfinished, expected, { signal: options.signal });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
