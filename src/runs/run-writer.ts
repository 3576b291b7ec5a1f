import path from "node:path";
import { type Checkpoint, type TensorShapes } from "./checkpoint-file.js";
import { type CheckpointNotice, CheckpointStore } from "./checkpoint-store.js";
import type { RunEvent } from "./events.js";
import type { FileSystem } from "./file-system.js";
import { JournalWriter } from "./journal-writer.js";
import { Lease } from "./lease.js";
import type { RunFolder } from "./run-folder.js";
import { describeDamage } from "./run-summary.js";

/** The one process that works on a run: it holds the lease, appends to the journal and saves checkpoints. */
export class RunWriter {
  private constructor(
    readonly folder: RunFolder,
    private readonly lease: Lease,
    private readonly journal: JournalWriter,
    private readonly checkpoints: CheckpointStore,
  ) {}

  /**
   * Takes the run. What an earlier process left torn is set aside, and the journal says so.
   * @throws PromptTuningError kind "busy" when another process has the run, "storage" when the disk refuses.
   */
  static async open(folder: RunFolder, options: { readonly fileSystem?: FileSystem; readonly now?: () => Date } = {}): Promise<RunWriter> {
    const lease = await Lease.acquire(folder.lease, options);
    try {
      const journal = JournalWriter.open(folder.journal, options);
      const writer = new RunWriter(folder, lease, journal, new CheckpointStore(folder.checkpoints, options));
      try {
        if (journal.setAside !== undefined)
          journal.append({ type: "message", level: "warning", code: "journal-tail", text: `The journal's end was cut (a process was killed while writing). What was there is kept in ${path.basename(journal.setAside)}.` });
        for (const text of describeDamage(journal.found)) journal.append({ type: "message", level: "warning", code: "journal-damaged", text });
      } catch (error) {
        journal.close();
        throw error;
      }
      return writer;
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** @throws PromptTuningError kind "storage". */
  append(event: RunEvent): void {
    this.journal.append(event);
  }

  /**
   * Saves a checkpoint and says so in the journal; durable when this returns. Returns the event as journaled.
   * @throws PromptTuningError kind "busy" when the run was lost to another process, "storage" when the disk refuses
   * (the checkpoints before are then still there).
   */
  saveCheckpoint(checkpoint: Checkpoint, options: { readonly best?: boolean; readonly shapes?: TensorShapes } = {}): Extract<RunEvent, { type: "checkpoint" }> {
    this.lease.verify();
    const name = this.checkpoints.write(checkpoint, options);
    const event = { type: "checkpoint", step: checkpoint.step, file: `checkpoints/${name}` } as const;
    this.journal.append(event);
    return event;
  }

  /** The newest whole checkpoint; a damaged one is skipped, and the journal says so. */
  latestCheckpoint(): Checkpoint | undefined {
    return this.checkpoints.latest(this.notice);
  }

  bestCheckpoint(): Checkpoint | undefined {
    return this.checkpoints.best(this.notice);
  }

  /** Closes the journal and gives the run back. Never throws. */
  close(): void {
    try {
      this.journal.flush();
      this.journal.close();
    } catch {
      // Every event that must be durable already is.
    }
    this.lease.release();
  }

  private readonly notice: CheckpointNotice = (error) => {
    this.journal.append({ type: "message", level: "warning", code: "checkpoint-damaged", text: error.describe() });
  };
}
