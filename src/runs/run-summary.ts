import { PromptTuningError } from "../common/errors.js";
import { errorCode, type FileSystem } from "./file-system.js";
import { readJournal } from "./journal-reader.js";
import type { JournalReport } from "./journal-scanner.js";
import { findLease } from "./lease-file.js";
import type { RunFolder } from "./run-folder.js";
import { HistoryBuilder, type RunHistory } from "./run-history.js";

/** A run as a list shows it. */
export interface RunSummary {
  readonly folder: RunFolder;
  /** Time of the journal's first record, ISO 8601; nothing for a run without one. */
  readonly created?: string;
  readonly history: RunHistory;
  /** Whether a living process holds the run. */
  readonly active: boolean;
  /** It was under way, but the process is gone: it can be resumed. */
  readonly interrupted: boolean;
  /** What cannot be read, one sentence each. A cut last line is not damage: every killed run has one. */
  readonly damage: readonly string[];
}

/** Reads a run's folder. Never throws for what is wrong inside it: that is told in `damage`. */
export async function summarizeRun(fileSystem: FileSystem, folder: RunFolder): Promise<RunSummary> {
  const damage: string[] = [];
  const builder = new HistoryBuilder();
  let created: string | undefined;
  try {
    const experiment: unknown = JSON.parse(Buffer.from(fileSystem.read(folder.experiment)).toString("utf8"));
    if (typeof experiment !== "object" || experiment === null) damage.push("experiment.json does not hold an experiment.");
  } catch (error) {
    damage.push(errorCode(error) === "ENOENT" ? "experiment.json is missing." : "experiment.json cannot be read.");
  }
  try {
    const report = await readJournal(folder.journal, ({ time, event }) => {
      created ??= time;
      builder.add(event);
    });
    damage.push(...describeDamage(report));
  } catch (error) {
    damage.push(error instanceof PromptTuningError && errorCode(error.cause) === "ENOENT" ? "journal.jsonl is missing." : "journal.jsonl cannot be read.");
  }
  let active = false;
  try {
    active = findLease(fileSystem, folder.lease)?.state === "held";
  } catch {
    damage.push("lease.json cannot be read.");
  }
  const history = builder.build();
  const underWay = history.state === "running" || history.state === "queued" || history.state === "paused";
  return { folder, created, history, active, interrupted: underWay && !active, damage };
}

/** Sentences about broken lines; a cut tail is none. */
export function describeDamage(report: JournalReport): string[] {
  return report.damage
    .filter(({ kind }) => kind === "line")
    .map(({ line, offset, reason }) => `journal.jsonl, line ${line} (byte ${offset}): ${reason}.`);
}
