import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";

/** What is remembered of an unfinished download: the version (strong ETag) its first bytes are of. */
const stateSchema = z.object({ etag: z.string().max(1024).optional() });
export type PartialState = z.infer<typeof stateSchema>;

export function statePath(partial: string): string {
  return `${partial}.json`;
}

export async function readPartialState(partial: string): Promise<PartialState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(statePath(partial), "utf8")));
  } catch {
    // Absent or damaged: the version is unknown.
    return undefined;
  }
}

export async function writePartialState(partial: string, state: PartialState): Promise<void> {
  await writeFileAtomic(statePath(partial), JSON.stringify(state));
}
