import type { ComparedRun, RunCurves } from "../../protocol/webview/compare-view.js";
import { ComparedRunReader } from "./compared-run.js";

/** How often runs under way are looked at. */
const lookEveryMs = 1500;
/** How often the runs read so far are told while the others are read. */
const tellEveryMs = 250;

export interface FeedListener {
  /** `runs` are those of `paths` that have been read. */
  runs(comparison: { readonly paths: string[]; readonly runs: ComparedRun[] }): void;
  curves(curves: RunCurves): void;
}

/** The runs of one comparison, read from their folders and followed while they go on. */
export class ComparisonFeed {
  private readers: ComparedRunReader[];
  private last = new Map<string, ComparedRun>();
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    paths: readonly string[],
    private readonly listener: FeedListener,
    /** Whether anybody looks: while nobody does, nothing is read. */
    private readonly watched: () => boolean,
  ) {
    this.readers = [...new Set(paths)].map((path) => new ComparedRunReader(path));
  }

  get paths(): readonly string[] {
    return this.readers.map(({ path }) => path);
  }
  get runs(): ComparedRun[] {
    return this.readers.flatMap(({ path }) => this.last.get(path) ?? []);
  }

  set(paths: readonly string[]): void {
    const known = new Map(this.readers.map((reader) => [reader.path, reader]));
    this.readers = [...new Set(paths)].map((path) => known.get(path) ?? new ComparedRunReader(path));
  }

  /** Looks at every run; with `all`, everything is told, else what changed. One look at a time, in order. */
  look(all = false): Promise<void> {
    this.reading = this.reading.then(() => this.lookNow(all));
    return this.reading;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async lookNow(all: boolean): Promise<void> {
    clearTimeout(this.timer);
    let changed = all || this.last.size !== this.readers.length;
    let told = performance.now();
    for (const reader of [...this.readers]) {
      const { run, grown } = await reader.read();
      if (this.closed) return;
      const before = this.last.get(reader.path);
      changed ||= JSON.stringify(run) !== JSON.stringify(before);
      this.last.set(reader.path, run);
      if (all || grown || !before) this.listener.curves(reader.curves());
      // Long journals take their time: what is read is shown meanwhile.
      if (changed && performance.now() - told > tellEveryMs) {
        this.listener.runs({ paths: [...this.paths], runs: this.runs });
        told = performance.now();
      }
    }
    for (const path of this.last.keys()) if (!this.paths.includes(path)) this.last.delete(path);
    if (changed) this.listener.runs({ paths: [...this.paths], runs: this.runs });
    if (this.watched() && this.runs.some(underWay)) this.timer = setTimeout(() => void this.look(), lookEveryMs);
  }
}

const underWay = ({ state, active }: ComparedRun): boolean => active || state === "queued" || state === "running" || state === "paused";
