import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";

/** Reads what was noted in the cache. A note that is not there, or damaged, is none. */
export async function readCacheNote<Note>(file: string, schema: z.ZodType<Note>): Promise<Note | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Notes something in the cache. Where that fails, it only has to be found out again next time. */
export async function writeCacheNote(file: string, note: unknown): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(note)}\n`);
  } catch {
    // See above.
  }
}
