import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { JournalFollower } from "../../src/runs/journal-follower.js";
import { encodeRecord, type JournalRecord } from "../../src/runs/journal-format.js";
import type { JournalReport } from "../../src/runs/journal-scanner.js";
import { JournalWriter } from "../../src/runs/journal-writer.js";
import { stepEvent, temporaryFolder } from "./support.js";

const line = (sequence: number): Buffer => Buffer.from(encodeRecord({ sequence, time: "2026-01-01T00:00:00.000Z", event: stepEvent(sequence) }));
const lines = (from: number, to: number): Buffer => Buffer.concat(Array.from({ length: to - from + 1 }, (_, i) => line(from + i)));

/** A follower whose listener keeps what a page would show. */
function follow(file: string) {
  const seen: { records: JournalRecord[]; batches: number; restarts: number; reports: JournalReport[] } = { records: [], batches: 0, restarts: 0, reports: [] };
  const follower = new JournalFollower(file, {
    onRecords: (records) => (seen.records.push(...records), seen.batches++),
    onRestart: () => ((seen.records = []), seen.restarts++),
    onCaughtUp: (report) => seen.reports.push(report),
  });
  onTestFinished(() => follower.dispose());
  return { follower, seen, sequences: () => seen.records.map(({ sequence }) => sequence) };
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

it("tells what is there, then what is written, without being asked", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, lines(1, 3));
  const { follower, seen, sequences } = follow(file);
  await follower.look();
  expect(sequences()).toEqual([1, 2, 3]);
  expect(seen.reports).toHaveLength(1);
  appendFileSync(file, lines(4, 5));
  await vi.waitFor(() => expect(sequences()).toEqual([1, 2, 3, 4, 5]), 5000);
  expect(seen.restarts).toBe(0);
});

it("waits for a journal that is not there yet", async () => {
  const folder = path.join(temporaryFolder(), "later");
  const { follower, sequences } = follow(path.join(folder, "journal.jsonl"));
  await follower.look();
  expect(sequences()).toEqual([]);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "journal.jsonl"), lines(1, 2));
  await vi.waitFor(() => expect(sequences()).toEqual([1, 2]), 5000);
});

it("tells a line when it is whole, in whatever pieces it is written", async () => {
  const whole = lines(1, 6);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 6 }), async (cuts) => {
      const file = path.join(temporaryFolder(), "journal.jsonl");
      writeFileSync(file, "");
      const { follower, seen, sequences } = follow(file);
      let from = 0;
      for (const to of [...cuts.sort((a, b) => a - b), whole.length]) {
        appendFileSync(file, whole.subarray(from, to));
        from = to;
        await follower.look();
        const written = whole.subarray(0, to).toString().split("\n").length - 1;
        expect(sequences()).toEqual(upTo(written));
      }
      expect(seen.restarts).toBe(0);
      follower.dispose();
    }),
    { numRuns: 40 },
  );
});

it("begins anew when the journal is cut, replaced by a longer one, or changed before its end", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, lines(1, 5));
  const { follower, seen, sequences } = follow(file);
  await follower.look();
  truncateSync(file, lines(1, 2).length);
  await follower.look();
  expect([sequences(), seen.restarts]).toEqual([[1, 2], 1]);

  writeFileSync(`${file}.new`, lines(11, 20));
  renameSync(`${file}.new`, file);
  await follower.look();
  expect([sequences(), seen.restarts]).toEqual([upTo(10).map((n) => n + 10), 2]);

  // In place, and longer: a restored copy.
  writeFileSync(file, lines(31, 50));
  await follower.look();
  expect([sequences(), seen.restarts]).toEqual([upTo(20).map((n) => n + 30), 3]);
});

it("goes on after a torn line that a new writer set aside", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, Buffer.concat([lines(1, 3), line(4).subarray(0, 40)]));
  const { follower, sequences } = follow(file);
  await follower.look();
  expect(sequences()).toEqual([1, 2, 3]);
  const writer = JournalWriter.open(file);
  writer.append(stepEvent(4));
  writer.append(stepEvent(5));
  writer.close();
  await follower.look();
  expect(sequences()).toEqual([1, 2, 3, 4, 5]);
});

it("reports damage, and tells the records behind it", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  const spoiled = Buffer.from(line(2));
  spoiled[20] ^= 1;
  writeFileSync(file, Buffer.concat([line(1), spoiled, line(3)]));
  const { follower, seen, sequences } = follow(file);
  await follower.look();
  expect(sequences()).toEqual([1, 3]);
  expect(seen.reports.at(-1)?.damage).toMatchObject([{ kind: "line", line: 2 }]);
  // Nothing new is nothing told.
  await follower.look();
  expect(seen.reports).toHaveLength(1);
});

it("keeps what it told when the journal is gone, and tells the next one", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, lines(1, 3));
  const { follower, sequences } = follow(file);
  await follower.look();
  rmSync(file);
  await follower.look();
  expect(sequences()).toEqual([1, 2, 3]);
  writeFileSync(file, lines(1, 1));
  await follower.look();
  expect(sequences()).toEqual([1]);
});

it("tells nothing any more once it is disposed", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, lines(1, 2000));
  const { follower, seen } = follow(file);
  const looking = follower.look();
  follower.dispose();
  await looking;
  appendFileSync(file, lines(2001, 2002));
  await follower.look();
  expect(seen.records).toEqual([]);
  expect(seen.reports).toEqual([]);
});

it("keeps up with 1,000 records a second, in batches", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  const writer = JournalWriter.open(file);
  const { seen, sequences } = follow(file);
  let written = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      for (let i = 0; i < 10; i++) writer.append(stepEvent(++written));
      if (written < 2000) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
  writer.close();
  await vi.waitFor(() => expect(seen.records).toHaveLength(2000), 10_000);
  expect(sequences()).toEqual(upTo(2000));
  expect(seen.restarts).toBe(0);
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(2000);
  expect(seen.batches).toBeLessThan(200);
});
