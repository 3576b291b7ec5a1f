import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { BackwardJournal, NotReadableBackwards } from "./backward-journal.js";
import type { RunEvent } from "./events.js";
import { errorCode, nodeFileSystem } from "./file-system.js";
import type { JournalRecord } from "./journal-format.js";
import { JournalScanner } from "./journal-scanner.js";
import { findLease } from "./lease-file.js";
import { type ExperimentFacts, factsOfExperiment, factsOfSummary, hasResult, isShown, type JournalFacts, runEntry } from "./run-facts.js";
import type { RunEntry } from "./run-entry.js";
import { RunFolder } from "./run-folder.js";
import { summarizeRun } from "./run-summary.js";

/** Largest experiment.json that is read, in bytes; as RunStore. */
const mostJsonBytes = 16 * 1024 * 1024;
const headBytes = 2048;

/**
 * A run as lists show it, read from the ends of its files: the same as its whole journal would say, in a few
 * milliseconds however long the journal is. Where the part that was looked at is damaged, the whole journal is read,
 * so that the damage is told with its line; damage in a part that was not looked at stays for who reads it all.
 * Never throws: what cannot be read is told in `damage`.
 */
export async function glanceRun(folderPath: string): Promise<RunEntry> {
  const folder = new RunFolder(folderPath);
  const damage: string[] = [];
  const [experiment, journal, names] = await Promise.all([glanceExperiment(folder, damage), glanceJournal(folder), namesIn(folder.path)]);
  const learned = await learnedBy(folder, names);
  const root = path.dirname(folder.path);
  if (journal === "damaged") {
    const summary = await summarizeRun(nodeFileSystem, folder);
    return runEntry({ folder, root, active: summary.active, learned, damage: summary.damage }, experiment, factsOfSummary(summary));
  }
  if (typeof journal === "string") damage.push(journal);
  const facts = typeof journal === "string" ? ({ state: "queued" } as const) : journal;
  return runEntry({ folder, root, active: isActive(folder, names, damage), learned, damage }, experiment, facts);
}

async function glanceExperiment(folder: RunFolder, damage: string[]): Promise<ExperimentFacts> {
  try {
    const bytes = await readFile(folder.experiment);
    const content: unknown = bytes.length > mostJsonBytes ? undefined : JSON.parse(bytes.toString("utf8"));
    if (typeof content !== "object" || content === null) damage.push("experiment.json does not hold an experiment.");
    return factsOfExperiment(content);
  } catch (error) {
    damage.push(errorCode(error) === "ENOENT" ? "experiment.json is missing." : "experiment.json cannot be read.");
    return factsOfExperiment(undefined);
  }
}

/** The journal's facts; "damaged" where it has to be read as a whole; or the sentence that says why it cannot be read. */
async function glanceJournal(folder: RunFolder): Promise<JournalFacts | string> {
  let file: FileHandle | undefined;
  try {
    file = await open(folder.journal, "r");
    const { size } = await file.stat();
    const created = await timeOfFirst(file, size);
    return { created, ...(await lastFacts(new BackwardJournal(file, size))) };
  } catch (error) {
    if (error instanceof NotReadableBackwards) return "damaged";
    return errorCode(error) === "ENOENT" ? "journal.jsonl is missing." : "journal.jsonl cannot be read.";
  } finally {
    await file?.close().catch(() => {});
  }
}

async function timeOfFirst(file: FileHandle, size: number): Promise<string | undefined> {
  if (size === 0) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(headBytes), 0, headBytes, 0);
  const scanner = new JournalScanner();
  const [first] = scanner.push(buffer.subarray(0, bytesRead));
  const report = scanner.finish();
  // A first line that is longer than the head, of an unknown type or broken: whoever reads it all knows.
  if (first === undefined || report.damage.some(({ kind }) => kind === "line")) throw new NotReadableBackwards("the head holds no record");
  return first.time;
}

/** Walks back until the last state, step, result and evaluation are known. */
async function lastFacts(journal: BackwardJournal): Promise<JournalFacts> {
  const found: { -readonly [Key in keyof JournalFacts]?: JournalFacts[Key] } = {};
  // Behind a "resume" stand steps and evaluations that are void, and a result that is void in any case.
  let horizon = Infinity;
  let resultSettled = false;
  const seen = new Set<string>();
  for (;;) {
    const tested = found.result?.test != null && found.result.status === found.state;
    const wanted: RunEvent["type"][] = [];
    if (found.state === undefined) wanted.push("state");
    if (found.lastStep === undefined) wanted.push("step");
    if (!resultSettled) wanted.push("result");
    if ((tested ? found.lastEvaluation : found.shownEvaluation) === undefined) wanted.push("evaluation");
    if (wanted.length === 0) break;
    const record: JournalRecord | undefined = await journal.previous([...wanted, "resume"]);
    const event = record?.event;
    if (event === undefined) break;
    switch (event.type) {
      case "state":
        found.state = event.state;
        found.reason = event.reason;
        resultSettled ||= !hasResult(event.state);
        break;
      case "step":
        if (event.step <= horizon) found.lastStep = event;
        break;
      case "result":
        found.result = event;
        resultSettled = true;
        break;
      case "resume":
        horizon = Math.min(horizon, event.step);
        resultSettled = true;
        break;
      case "evaluation": {
        // Of measurements made twice the later one counts.
        const key = `${event.split} ${event.step}`;
        if (event.step > horizon || seen.has(key)) break;
        seen.add(key);
        found.lastEvaluation ??= event;
        if (isShown(event)) found.shownEvaluation = event;
        break;
      }
    }
  }
  const state = found.state ?? "queued";
  const result = found.result?.status === state ? found.result : undefined;
  return { ...found, state, result, shownEvaluation: found.shownEvaluation ?? found.lastEvaluation };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

function isActive(folder: RunFolder, names: readonly string[], damage: string[]): boolean {
  try {
    return names.includes(path.basename(folder.lease)) && findLease(nodeFileSystem, folder.lease)?.state === "held";
  } catch {
    damage.push("lease.json cannot be read.");
    return false;
  }
}

async function learnedBy(folder: RunFolder, names: readonly string[]): Promise<RunEntry["learned"]> {
  if (names.includes(path.basename(folder.adapter)) && (await stat(path.join(folder.adapter, "adapter_model.safetensors")).catch(() => undefined))?.isFile()) return "adapter";
  if (!names.includes(path.basename(folder.checkpoints))) return "nothing";
  return (await namesIn(folder.checkpoints)).some((name) => name.endsWith(".safetensors") && !name.startsWith(".")) ? "checkpoint" : "nothing";
}
