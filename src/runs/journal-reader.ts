import { createReadStream } from "node:fs";
import { type JournalReport, JournalScanner } from "./journal-scanner.js";
import type { JournalRecord } from "./journal-format.js";
import { storageError } from "./storage-error.js";

/**
 * Reads a journal piece by piece, in memory of one piece and one line. Whole records are yielded, also those behind a
 * damaged line; the report, with the damage, is the generator's return value (see readJournal). A journal may be read
 * while it is written: its last, unfinished line is then reported as a cut tail.
 * @throws PromptTuningError kind "storage" when the file cannot be read.
 */
export async function* streamJournal(file: string, from: { offset: number; line: number } = { offset: 0, line: 0 }): AsyncGenerator<JournalRecord, JournalReport> {
  const scanner = new JournalScanner(from.offset, from.line);
  try {
    for await (const chunk of createReadStream(file, { start: from.offset })) yield* scanner.push(chunk as Buffer);
  } catch (error) {
    throw storageError("read the run's journal", file, error);
  }
  return scanner.finish();
}

/** Hands every whole record to `visit` and returns the report. */
export async function readJournal(file: string, visit: (record: JournalRecord) => void): Promise<JournalReport> {
  const records = streamJournal(file);
  for (;;) {
    const next = await records.next();
    if (next.done) return next.value;
    visit(next.value);
  }
}
