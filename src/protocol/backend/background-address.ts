import { readdirSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../../runs/atomic-write.js";
import { nodeFileSystem } from "../../runs/file-system.js";
import { isRunning } from "../../runs/process-identity.js";

/** Where a backend process that goes on without its window can be reached by the next one. */
export const backgroundAddressSchema = z.strictObject({
  version: z.literal(1),
  pid: z.int().min(1),
  /** When the process began, in the system's own form. */
  started: z.string().nullable(),
  /** A unix domain socket, or a named pipe of Windows. */
  address: z.string().min(1).max(500),
  /** Heartbeats are heard there. */
  pulse: z.string().min(1).max(500),
  /** Proof that whoever connects can read this file. */
  token: z.string().min(16).max(200),
});
export type BackgroundAddress = z.infer<typeof backgroundAddressSchema>;

export interface FoundAddress extends BackgroundAddress {
  readonly file: string;
}

const mostBytes = 8192;
const folderIn = (stateFolder: string): string => path.join(stateFolder, "background");
/** Name of the folders that hold a process's sockets, below the system's folder for temporary files. */
export const socketFolderPrefix = "ptune-backend-";

/** Writes the address into the window's state folder. Returns the file, to be removed when the process ends. @throws PromptTuningError kind "storage". */
export function writeBackgroundAddress(stateFolder: string, address: BackgroundAddress): string {
  const folder = folderIn(stateFolder);
  const file = path.join(folder, `${address.pid}.json`);
  nodeFileSystem.makeFolder(folder);
  writeFileAtomically(nodeFileSystem, file, Buffer.from(`${JSON.stringify(address, null, 2)}\n`), "say where the runs in the background can be reached");
  return file;
}

/** The processes that go on in the background, newest first. Files of processes that are gone, and what is no such file, are removed. */
export function findBackgroundAddresses(stateFolder: string): FoundAddress[] {
  const folder = folderIn(stateFolder);
  const found: (FoundAddress & { readonly modified: number })[] = [];
  for (const name of listed(folder)) {
    const file = path.join(folder, name);
    const address = readAddress(file);
    if (address && isRunning(address) !== "no") found.push({ ...address, file, modified: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 });
    else removeBackgroundAddress(file, address);
  }
  return found.sort((a, b) => b.modified - a.modified).map(({ modified: _, ...address }) => address);
}

/** Removes the file, and what a killed process left of its sockets. */
export function removeBackgroundAddress(file: string, address?: BackgroundAddress): void {
  try {
    unlinkSync(file);
  } catch {
    // Another window was faster.
  }
  const folder = address && path.dirname(address.address);
  if (folder === undefined || path.dirname(folder) !== path.resolve(os.tmpdir()) || !path.basename(folder).startsWith(socketFolderPrefix)) return;
  rmSync(folder, { recursive: true, force: true });
}

function readAddress(file: string): BackgroundAddress | undefined {
  try {
    if (statSync(file).size > mostBytes) return undefined;
    return backgroundAddressSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
}
