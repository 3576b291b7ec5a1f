import path from "node:path";
import type { RunEntry } from "../../runs/run-entry.js";
import { RunFolder } from "../../runs/run-folder.js";
import { runIsGone, sameEntry } from "./run-entries.js";

/** The newest runs, more than a window shows, are read before the others: of thousands, those take seconds. */
const mostNewest = 100;

/** How the collection reaches the disk; the modules behind it are loaded when they are first used. */
export interface RunReader {
  folders(root: string): Promise<readonly string[]>;
  glance(folders: readonly string[]): Promise<readonly RunEntry[]>;
  /** What is known of the folders from an earlier window, at once; it may be out of date, or nothing. */
  remembered(folders: readonly string[]): Promise<readonly RunEntry[]>;
  /** All folders have been looked at. */
  keep(folders: readonly string[]): void;
}

export interface RunCollectionOptions {
  readonly reader: RunReader;
  readonly roots: () => readonly string[];
  /** Something is different now; called at once, as often as it happens. */
  readonly onChange: () => void;
  /** A root that cannot be read. */
  readonly onProblem: (root: string, error: unknown) => void;
}

/** The runs of all roots in memory. An entry that did not change keeps its identity. */
export class RunCollection {
  private readonly entries = new Map<string, RunEntry>();
  private sorted: readonly RunEntry[] | undefined;
  private loading: Promise<void> | undefined;
  private reading: Promise<void> | undefined;
  private readingAgain: Promise<void> | undefined;
  /** Folder → the look that has not begun yet, and the one under way. */
  private readonly waiting = new Map<string, Promise<void>>();
  private readonly underWay = new Map<string, Promise<void>>();
  private newestKnown!: () => void;
  private readonly newest = new Promise<void>((resolve) => (this.newestKnown = resolve));

  constructor(private readonly options: RunCollectionOptions) {}

  /** Newest first. */
  get all(): readonly RunEntry[] {
    return (this.sorted ??= [...this.entries.values()].sort(newestFirst));
  }

  get isLoaded(): boolean {
    return this.loading !== undefined;
  }

  find(runFolder: string): RunEntry | undefined {
    return this.entries.get(path.resolve(runFolder));
  }

  load(): Promise<void> {
    return (this.loading ??= this.refreshAll());
  }

  /** As `load`, but resolves when the newest runs are known; the others follow as a change. */
  loadNewest(): Promise<void> {
    return Promise.race([this.load(), this.newest]);
  }

  /** Resolves when what is on the disk now (not earlier) is known. */
  async refresh(runFolder?: string): Promise<void> {
    if (!this.loading) return this.load();
    return runFolder === undefined ? this.refreshAll() : this.refreshOne(path.resolve(runFolder));
  }

  private refreshAll(): Promise<void> {
    if (!this.reading) {
      this.reading = this.readAll().finally(() => (this.reading = undefined));
      return this.reading;
    }
    // What is read now may be older than the question.
    this.readingAgain ??= this.reading.then(() => {
      this.readingAgain = undefined;
      return this.refreshAll();
    });
    return this.readingAgain;
  }

  private async readAll(): Promise<void> {
    const { reader, roots, onProblem } = this.options;
    const found: string[] = [];
    for (const root of new Set(roots())) {
      try {
        found.push(...(await reader.folders(root)));
      } catch (error) {
        onProblem(root, error);
      }
    }
    const newest = await this.readNewest(found);
    const known = new Set(newest.map((entry) => entry.path));
    const entries = [...newest, ...(await reader.glance(found.filter((folder) => !known.has(folder))))];
    const there = new Set(entries.filter((entry) => !runIsGone(entry)).map(({ path: folder }) => folder));
    let changed = false;
    for (const folder of [...this.entries.keys()]) if (!there.has(folder)) changed = this.entries.delete(folder) || changed;
    for (const entry of entries) if (there.has(entry.path)) changed = this.put(entry) || changed;
    if (changed) this.changed();
    reader.keep(found);
  }

  /**
   * The first of many, told at once, with what is remembered of the others; nothing where some are known, or few are
   * there.
   */
  private async readNewest(found: readonly string[]): Promise<readonly RunEntry[]> {
    if (this.entries.size > 0 || found.length <= mostNewest) return [];
    const { reader } = this.options;
    const times = new Map(found.map((folder) => [folder, new RunFolder(folder).time]));
    const byTime = found.toSorted((a, b) => descending(times.get(a)!, times.get(b)!));
    const [newest, remembered] = await Promise.all([reader.glance(byTime.slice(0, mostNewest)), reader.remembered(byTime.slice(mostNewest))]);
    for (const entry of [...newest, ...remembered]) if (!runIsGone(entry)) this.put(entry);
    this.changed();
    this.newestKnown();
    return newest;
  }

  private refreshOne(folder: string): Promise<void> {
    if (!this.options.roots().some((root) => path.resolve(root) === path.dirname(folder))) return Promise.resolve();
    const waiting = this.waiting.get(folder);
    if (waiting) return waiting;
    const before = this.underWay.get(folder) ?? this.reading ?? Promise.resolve();
    const look = before.then(() => {
      this.waiting.delete(folder);
      this.underWay.set(folder, look);
      return this.readOne(folder).finally(() => this.underWay.get(folder) === look && this.underWay.delete(folder));
    });
    this.waiting.set(folder, look);
    return look;
  }

  private async readOne(folder: string): Promise<void> {
    const [entry] = await this.options.reader.glance([folder]);
    if (runIsGone(entry) ? this.entries.delete(folder) : this.put(entry)) this.changed();
  }

  /** Whether the entry is new or different. */
  private put(entry: RunEntry): boolean {
    const known = this.entries.get(entry.path);
    if (known && sameEntry(known, entry)) return false;
    this.entries.set(entry.path, entry);
    return true;
  }

  private changed(): void {
    this.sorted = undefined;
    this.options.onChange();
  }
}

const newestFirst = (a: RunEntry, b: RunEntry): number => descending(a.created ?? "", b.created ?? "") || b.name.localeCompare(a.name);

/** Of times as text: comparing as a language does would take many times as long. */
const descending = (a: string, b: string): number => (a === b ? 0 : a < b ? 1 : -1);
