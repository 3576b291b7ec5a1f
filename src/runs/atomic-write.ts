import { randomBytes } from "node:crypto";
import path from "node:path";
import type { FileSystem } from "./file-system.js";
import { storageError } from "./storage-error.js";

/** Names of files being written: hidden, and never read as what they will become. */
export const temporaryName = (name: string): string => `.${name}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
export const isTemporaryName = (name: string): boolean => name.startsWith(".") && name.endsWith(".tmp");

/** Writes all bytes, however few the system takes at a time. */
export function writeFully(fileSystem: FileSystem, file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    const count = fileSystem.write(file, bytes.subarray(written));
    if (count <= 0) throw Object.assign(new Error("nothing was written"), { code: "ESHORT" });
    written += count;
  }
}

/** Creates a file that is not there yet, durable before this returns. */
export function writeNewFile(fileSystem: FileSystem, file: string, bytes: Uint8Array): void {
  writeNewPieces(fileSystem, file, [bytes]);
}

function writeNewPieces(fileSystem: FileSystem, file: string, pieces: Iterable<Uint8Array>): void {
  const handle = fileSystem.open(file, "wx");
  try {
    for (const bytes of pieces) writeFully(fileSystem, handle, bytes);
    fileSystem.fsync(handle);
  } finally {
    fileSystem.close(handle);
  }
}

/**
 * Replaces a file so that at every moment, also after a power cut, either the old or the new content is there whole:
 * a temporary file in the same folder, fsync, rename, fsync of the folder.
 * @throws PromptTuningError kind "storage"; the old file is then still in place. `what` completes "Could not …".
 */
export function writeFileAtomically(fileSystem: FileSystem, file: string, bytes: Uint8Array, what: string): void {
  writePiecesAtomically(fileSystem, file, [bytes], what);
}

/** The same for a content that need not be in memory at once. */
export function writePiecesAtomically(fileSystem: FileSystem, file: string, pieces: Iterable<Uint8Array>, what: string): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, temporaryName(path.basename(file)));
  try {
    writeNewPieces(fileSystem, temporary, pieces);
    fileSystem.rename(temporary, file);
    fileSystem.syncFolder(folder);
  } catch (error) {
    try {
      fileSystem.unlink(temporary);
    } catch {
      // It may not exist, or the disk may be gone altogether: the first error is the one to tell.
    }
    throw storageError(what, file, error);
  }
}
