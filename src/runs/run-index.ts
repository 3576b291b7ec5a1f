import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { temporaryName } from "./atomic-write.js";
import { glanceRun } from "./glance-run.js";
import { glanceAll } from "./glance-runs.js";
import { type RunEntry, runEntrySchema } from "./run-entry.js";
import { RunFolder } from "./run-folder.js";
import { stampOf } from "./run-stamp.js";

/** Runs that are remembered, the newest; of more, the others are read each time. */
const mostRuns = 5000;
/** Several times what so many runs take. */
const mostBytes = 16 * 1024 * 1024;

const rememberedSchema = z.object({ stamp: z.string().max(400), entry: runEntrySchema });
type Remembered = z.infer<typeof rememberedSchema>;
const indexSchema = z.object({ version: z.string(), runs: z.array(rememberedSchema).max(mostRuns) });

/**
 * What was read of runs that have ended, kept in a file, so that a list of thousands need not open each of them again.
 * The truth stays in the run folders: an entry counts as long as its run's stamp is the same, and a file that is damaged,
 * too large or another program's is as good as none.
 */
export class RunIndex {
  private runs = new Map<string, Remembered>();
  private reading: Promise<void> | undefined;
  private changed = false;

  /** @param version of the program: another one may read other things from the same files. */
  constructor(
    private readonly file: string,
    private readonly version: string,
  ) {}

  /** What is remembered of these folders, not compared with their files: for the first moment only. */
  async remembered(folders: readonly string[]): Promise<RunEntry[]> {
    await this.read();
    return folders.flatMap((folder) => this.runs.get(folder)?.entry ?? []);
  }

  /** As `glanceAll`; runs whose files are as they were are not read again. */
  async glance(folders: readonly string[]): Promise<RunEntry[]> {
    await this.read();
    return glanceAll(folders, (folder) => this.glanceOne(folder));
  }

  /** Writes down what is new, of runs in these folders only. Never throws: what is not remembered is read again. */
  async save(folders: readonly string[]): Promise<void> {
    const there = new Set(folders);
    for (const folder of this.runs.keys()) if (!there.has(folder)) this.forget(folder);
    if (!this.changed) return;
    this.changed = false;
    const runs = [...this.runs.values()].sort((a, b) => (b.entry.created ?? "").localeCompare(a.entry.created ?? "")).slice(0, mostRuns);
    const temporary = path.join(path.dirname(this.file), temporaryName(path.basename(this.file)));
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      const content = JSON.stringify({ version: this.version, runs } satisfies z.infer<typeof indexSchema>);
      await writeFile(temporary, `${checksum(content)}\n${content}`);
      await rename(temporary, this.file);
    } catch {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  private async glanceOne(folderPath: string): Promise<RunEntry> {
    // Before the look: what changes in the meantime makes the stamp an old one.
    const stamp = await stampOf(new RunFolder(folderPath));
    const known = this.runs.get(folderPath);
    if (known?.stamp === stamp.text) return known.entry;
    const entry = await glanceRun(folderPath);
    if (stamp.settled && hasEnded(entry)) {
      this.runs.set(entry.path, { stamp: stamp.text, entry });
      this.changed = true;
    } else this.forget(folderPath);
    return entry;
  }

  private forget(folder: string): void {
    this.changed = this.runs.delete(folder) || this.changed;
  }

  private read(): Promise<void> {
    return (this.reading ??= readIndex(this.file, this.version).then((runs) => void (this.runs = new Map(runs.map((run) => [run.entry.path, run])))));
  }
}

/** Only of these nothing else than their own files decides what a list says. */
const hasEnded = ({ state, active, damage }: RunEntry): boolean => (state === "succeeded" || state === "stopped" || state === "failed") && !active && damage.length === 0;

/** JSON alone would take a number with a flipped bit for another number. */
const checksum = (content: string): string => createHash("sha256").update(content).digest("hex");

async function readIndex(file: string, version: string): Promise<readonly Remembered[]> {
  try {
    if ((await stat(file)).size > mostBytes) return [];
    const [sum, content] = (await readFile(file, "utf8")).split("\n");
    if (sum !== checksum(content)) return [];
    const index = indexSchema.parse(JSON.parse(content));
    return index.version === version ? index.runs : [];
  } catch {
    return [];
  }
}
