import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type RowIndex, rowIndexSchema } from "./row-index.js";

/** Indexes that are kept; the ones used longest ago go first. Any of them can be made again. */
const mostKept = 200;

/** Indexes of rows in the cache folder: nothing is ever written beside the data. */
export class KeptIndexes {
  private readonly folder: string;

  /** @param cache the cache folder (see cacheFolder). */
  constructor(cache: string) {
    this.folder = path.join(cache, "row-index");
  }

  async read(key: string): Promise<RowIndex | undefined> {
    const file = this.fileOf(key);
    try {
      const index = rowIndexSchema.parse(JSON.parse(await readFile(file, "utf8")));
      await utimes(file, new Date(), new Date());
      return index;
    } catch {
      // Absent, damaged or of another version: made again.
      return undefined;
    }
  }

  /** A cache that cannot be written costs time, nothing else. */
  async write(key: string, index: RowIndex): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFileAtomic(this.fileOf(key), JSON.stringify(index), { fsync: false });
      await this.prune();
    } catch {
      return;
    }
  }

  private async prune(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
    if (names.length <= mostKept) return;
    const dated = await Promise.all(names.map(async (name) => ({ name, used: (await stat(path.join(this.folder, name))).mtimeMs })));
    dated.sort((a, b) => a.used - b.used);
    for (const { name } of dated.slice(0, names.length - mostKept)) await rm(path.join(this.folder, name), { force: true });
  }

  private fileOf(key: string): string {
    return path.join(this.folder, `${key}.json`);
  }
}
