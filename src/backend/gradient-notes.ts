import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { cacheFolder } from "../backbone/sources/cache-folder.js";
import type { GradientCheck } from "../engine/verify/finite-difference-check.js";
import { readCacheNote, writeCacheNote } from "./cache-note.js";
import { onnxruntimeVersion, programVersion } from "./versions.js";

const checkSchema = z.object({ relativeErrors: z.array(z.number()), uncertainties: z.array(z.number()), tolerance: z.number(), passed: z.boolean() });

/** What the gradient's check of a model gave, kept in the cache under its hash and the versions that computed it. */
export class GradientNotes {
  private readonly folder: string;
  private readonly versions = `${programVersion}-${onnxruntimeVersion}-${process.platform}-${process.arch}`;

  constructor(cache: string = cacheFolder()) {
    this.folder = path.join(cache, "verified");
  }

  /** The note of a model under one kind of head, or under any. A damaged one is as none. */
  async read(hash: string, head?: string): Promise<GradientCheck | undefined> {
    const names = head ? [this.nameOf(hash, head)] : (await readdir(this.folder).catch(() => [])).filter((name) => name.startsWith(`${hash}-`) && name.endsWith(`-${this.versions}.json`)).sort();
    for (const name of names) {
      const note = await readCacheNote(path.join(this.folder, name), checkSchema);
      if (note) return note;
    }
    return undefined;
  }

  write(hash: string, head: string, check: GradientCheck): Promise<void> {
    return writeCacheNote(path.join(this.folder, this.nameOf(hash, head)), check);
  }

  private nameOf(hash: string, head: string): string {
    return `${hash}-${head}-${this.versions}.json`;
  }
}
