import path from "node:path";
import { writeFully, writeNewFile } from "./atomic-write.js";
import type { RunEvent } from "./events.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { encodeRecord } from "./journal-format.js";
import { type JournalReport, JournalScanner } from "./journal-scanner.js";
import { storageError } from "./storage-error.js";

/** Events that must be on the disk before the run goes on. Steps and messages are in the system's hands: they survive
 * the process, and the next of these makes them durable. */
const durable: ReadonlySet<RunEvent["type"]> = new Set(["state", "checkpoint", "evaluation", "baseline", "resume", "result"]);

export interface JournalWriterOptions {
  readonly fileSystem?: FileSystem;
  readonly now?: () => Date;
}

/** Appends to a run's journal. Only the holder of the run's lease may have one. */
export class JournalWriter {
  private closed = false;
  /** Bytes of a failed append may stand behind `end`. */
  private torn = false;

  private constructor(
    private readonly file: string,
    private readonly handle: number,
    private sequence: number,
    private end: number,
    private readonly fileSystem: FileSystem,
    private readonly now: () => Date,
    /** What was found on opening. */
    readonly found: JournalReport,
    /** Where the cut tail was put, if there was one. */
    readonly setAside: string | undefined,
  ) {}

  /**
   * Opens or creates the journal. A torn tail (the writer was killed in the middle of a line) is copied to
   * `journal.damaged-<offset>` beside it and cut off.
   * @throws PromptTuningError kind "storage".
   */
  static open(file: string, options: JournalWriterOptions = {}): JournalWriter {
    const fileSystem = options.fileSystem ?? nodeFileSystem;
    try {
      const bytes = fileSystem.stat(file) ? fileSystem.read(file) : new Uint8Array();
      const scanner = new JournalScanner();
      scanner.push(bytes);
      const report = scanner.finish();
      let setAside: string | undefined;
      if (report.end < bytes.length) setAside = keepTail(fileSystem, file, report.end, bytes.subarray(report.end));
      const handle = fileSystem.open(file, "a");
      try {
        if (setAside !== undefined) {
          fileSystem.truncate(handle, report.end);
          fileSystem.fsync(handle);
        }
        if (bytes.length === 0) fileSystem.syncFolder(path.dirname(file));
      } catch (error) {
        fileSystem.close(handle);
        throw error;
      }
      return new JournalWriter(file, handle, report.lastSequence, report.end, fileSystem, options.now ?? (() => new Date()), report, setAside);
    } catch (error) {
      throw storageError("open the run's journal", file, error);
    }
  }

  /**
   * Appends one event; when this returns it survives the end of the process, and for a change of state, an
   * evaluation, a checkpoint or a result also a power cut.
   * @throws PromptTuningError kind "storage"; the journal then still ends with a whole record.
   */
  append(event: RunEvent): void {
    if (this.closed) throw new Error("The journal is closed.");
    const bytes = encodeRecord({ sequence: this.sequence + 1, time: this.now().toISOString(), event });
    try {
      if (this.torn) this.repair();
      this.torn = true;
      writeFully(this.fileSystem, this.handle, bytes);
      this.torn = false;
      this.end += bytes.length;
      this.sequence++;
      if (durable.has(event.type)) this.fileSystem.fsync(this.handle);
    } catch (error) {
      try {
        if (this.torn) this.repair();
      } catch {
        // The next append, or the next opening, cuts the torn line.
      }
      throw storageError("write to the run's journal", this.file, error);
    }
  }

  /** Makes everything durable. */
  flush(): void {
    try {
      this.fileSystem.fsync(this.handle);
    } catch (error) {
      throw storageError("write to the run's journal", this.file, error);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.fileSystem.close(this.handle);
    } catch (error) {
      throw storageError("close the run's journal", this.file, error);
    }
  }

  private repair(): void {
    this.fileSystem.truncate(this.handle, this.end);
    this.torn = false;
  }
}

function keepTail(fileSystem: FileSystem, file: string, offset: number, tail: Uint8Array): string {
  const base = path.join(path.dirname(file), `journal.damaged-${offset}`);
  let target = base;
  for (let i = 2; fileSystem.stat(target); i++) target = `${base}-${i}`;
  writeNewFile(fileSystem, target, tail);
  return target;
}
