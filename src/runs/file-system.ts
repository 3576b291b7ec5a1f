import fs from "node:fs";
import path from "node:path";

/**
 * The one seam through which runs touch the disk, so that a test can make the n-th operation fail. Everything is
 * synchronous: files are small, and a write that has returned survives the end of the process.
 */
export interface FileSystem {
  makeFolder(path: string): void;
  /** "r": read, "wx": create, fails if it exists, "a": append, creates. */
  open(path: string, flags: "r" | "wx" | "a"): number;
  /** May write fewer bytes than given; returns how many. */
  write(file: number, bytes: Uint8Array): number;
  fsync(file: number): void;
  truncate(file: number, length: number): void;
  /** Sets the time of the last change to now. */
  touch(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file; fails where the name is taken. */
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** Makes renames and new names in a folder durable, where the platform can. */
  syncFolder(path: string): void;
  read(path: string): Uint8Array;
  list(path: string): string[];
  /** Nothing where there is no such file or folder. */
  stat(path: string): { readonly size: number; readonly folder: boolean; readonly modified: number } | undefined;
  removeFolder(path: string): void;
}

export const nodeFileSystem: FileSystem = {
  makeFolder,
  open: (path, flags) => fs.openSync(path, flags, 0o644),
  write: (file, bytes) => fs.writeSync(file, bytes),
  fsync: (file) => fs.fsyncSync(file),
  truncate: (file, length) => fs.ftruncateSync(file, length),
  touch: (file) => {
    const now = Date.now() / 1000;
    fs.futimesSync(file, now, now);
  },
  close: (file) => fs.closeSync(file),
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  syncFolder: (path) => {
    if (process.platform === "win32") return; // Windows cannot open folders; its renames are journalled by NTFS.
    const folder = fs.openSync(path, "r");
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  },
  read: (path) => fs.readFileSync(path),
  list: (path) => fs.readdirSync(path),
  stat: (path) => {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, folder: found.isDirectory(), modified: found.mtimeMs };
  },
  removeFolder: (path) => fs.rmSync(path, { recursive: true, force: true }),
};

/** Node's own recursive mkdirSync never returns where the system answers ENOENT below a folder that is there (/proc). */
function makeFolder(folder: string): void {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" || !fs.statSync(folder).isDirectory()) throw error;
  }
}

/** The system's code of an error ("ENOSPC", ...), empty when it has none. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
