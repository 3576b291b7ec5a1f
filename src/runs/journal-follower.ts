import fs from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { JournalRecord } from "./journal-format.js";
import { type JournalReport, JournalScanner } from "./journal-scanner.js";

/** Milliseconds between two looks at a journal that is being written. */
const pollMilliseconds = 250;
/** Milliseconds between two looks at one that nobody writes: another window, or a copy, may begin to. */
const idleMilliseconds = 2000;
/** Milliseconds from the system's word of a change to the look. */
const hurriedMilliseconds = 50;
/** Bytes read at once: the event loop gets its turn between two pieces. */
const pieceBytes = 256 * 1024;
/** Last bytes before the place read so far, by which a journal that was replaced is told from one that grew. */
const knownTail = 64;

export interface JournalListener {
  /** New whole records, in the journal's order; never empty. */
  readonly onRecords: (records: readonly JournalRecord[]) => void;
  /** The journal is another one than before (replaced, or cut back): everything told so far is void, and it is told anew. */
  readonly onRestart: () => void;
  /** The end of what is written was reached. First called when everything so far has been told. */
  readonly onCaughtUp?: (report: JournalReport) => void;
}

/**
 * Follows a run's journal: tells its whole records, then those that are written later. A cut last line is a line still
 * being written: it is told when it is whole. Damage is in the report; the records behind it are told all the same. A
 * journal that does not exist (yet, or any more) has no records.
 */
export class JournalFollower {
  private scanner = new JournalScanner();
  private position = 0;
  private tail = Buffer.alloc(0);
  private identity = "";
  private timer: NodeJS.Timeout | undefined;
  private watcher: fs.FSWatcher | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private hurried = false;
  private disposed = false;
  private caughtUp: JournalReport | undefined;

  /** @param active whether somebody writes the journal now: it is then looked at more often. */
  constructor(
    private readonly file: string,
    private readonly listener: JournalListener,
    private readonly active: () => boolean = () => true,
  ) {
    void this.look();
    this.watch();
  }

  /** Looks now. Resolves when everything that was written before the call has been told. */
  look(): Promise<void> {
    if (this.disposed) return Promise.resolve();
    this.again = true;
    return (this.looking ??= this.lookUntilDone());
  }

  /** Nothing is told any more when this returns. */
  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.watcher?.close();
  }

  private async lookUntilDone(): Promise<void> {
    clearTimeout(this.timer);
    this.hurried = false;
    while (this.again && !this.disposed) {
      this.again = false;
      await this.readOn();
    }
    this.looking = undefined;
    if (this.disposed) return;
    this.wait(this.active() ? pollMilliseconds : idleMilliseconds);
    const report = this.scanner.finish();
    if (this.caughtUp && sameReport(this.caughtUp, report)) return;
    this.caughtUp = report;
    this.listener.onCaughtUp?.(report);
  }

  private async readOn(): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.file, "r");
      await this.readFrom(handle);
    } catch (error) {
      // It is not there, or cannot be read now: the next look may find it. What was told of it stays true until then.
      if (!(error instanceof Error && "code" in error)) throw error;
    } finally {
      await handle?.close().catch(() => undefined);
    }
  }

  private async readFrom(handle: FileHandle): Promise<void> {
    const { size, ino, dev } = await handle.stat();
    const identity = `${dev}:${ino}`;
    if (this.position > 0 && (size < this.position || identity !== this.identity || !(await this.isSame(handle)))) this.restart();
    this.identity = identity;
    const buffer = Buffer.alloc(Math.min(pieceBytes, Math.max(1, size - this.position)));
    while (!this.disposed) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.position);
      if (bytesRead === 0 || this.disposed) return;
      const piece = Buffer.from(buffer.subarray(0, bytesRead));
      this.position += bytesRead;
      this.tail = Buffer.concat([this.tail, piece.subarray(-knownTail)]).subarray(-knownTail);
      const records = this.scanner.push(piece);
      if (records.length > 0) this.listener.onRecords(records);
    }
  }

  /** Whether what stands before the place read so far is still what was read there: a torn line that was set aside, or other content, is not. */
  private async isSame(handle: FileHandle): Promise<boolean> {
    const before = Buffer.alloc(this.tail.length);
    const { bytesRead } = await handle.read(before, 0, before.length, this.position - before.length);
    return bytesRead === before.length && before.equals(this.tail);
  }

  private restart(): void {
    this.scanner = new JournalScanner();
    this.position = 0;
    this.tail = Buffer.alloc(0);
    this.caughtUp = undefined;
    this.listener.onRestart();
  }

  /** Faster than the next look, where the system tells of changes; where it cannot, the looks are enough. */
  private watch(): void {
    try {
      this.watcher = fs.watch(path.dirname(this.file), { persistent: false }, (_event, name) => {
        if (name === null || name === path.basename(this.file)) this.soon();
      });
      this.watcher.on("error", () => this.watcher?.close());
    } catch {
      // A network drive, or too many watchers.
    }
  }

  /** A journal of 1,000 lines a second tells of each: some 20 looks a second are enough. */
  private soon(): void {
    if (this.disposed || this.looking || this.hurried) return;
    this.hurried = true;
    this.wait(hurriedMilliseconds);
  }

  private wait(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), milliseconds);
    this.timer.unref();
  }
}

function sameReport(a: JournalReport, b: JournalReport): boolean {
  return a.records === b.records && a.unknown === b.unknown && a.damage.length === b.damage.length && a.end === b.end;
}
