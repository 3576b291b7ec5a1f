import { readFileSync, writeFileSync, appendFileSync, readdirSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/runs/events.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { encodeRecord, type JournalRecord } from "../../src/runs/journal-format.js";
import { readJournal, streamJournal } from "../../src/runs/journal-reader.js";
import { JournalScanner } from "../../src/runs/journal-scanner.js";
import { JournalWriter } from "../../src/runs/journal-writer.js";
import { stepEvent, temporaryFolder } from "./support.js";

/** A journal of at least so many bytes, its records, and where each of them ends. */
function sampleJournal(bytes: number): { content: Buffer; records: JournalRecord[]; ends: number[] } {
  const lines: Uint8Array[] = [];
  const records: JournalRecord[] = [];
  const ends: number[] = [];
  for (let length = 0; length < bytes; length = ends.at(-1)!) {
    const sequence = records.length + 1;
    const event: RunEvent = sequence % 5 === 0 ? { type: "message", level: "info", code: "x", text: `Größe "${sequence}" \n,"crc":"00000000"} 🐟` } : stepEvent(sequence);
    records.push({ sequence, time: new Date(sequence * 1000).toISOString(), event });
    lines.push(encodeRecord(records.at(-1)!));
    ends.push(length + lines.at(-1)!.length);
  }
  return { content: Buffer.concat(lines), records, ends };
}

function scan(content: Uint8Array): { records: JournalRecord[]; report: ReturnType<JournalScanner["finish"]> } {
  const scanner = new JournalScanner();
  const records = scanner.push(content);
  return { records, report: scanner.finish() };
}

test("what is appended is read back, and the sequence goes on after reopening", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  const events = Array.from({ length: 20 }, (_, i) => stepEvent(i + 1));
  for (const part of [events.slice(0, 8), events.slice(8)]) {
    const writer = JournalWriter.open(file);
    for (const event of part) writer.append(event);
    writer.close();
  }
  const read: JournalRecord[] = [];
  const report = await readJournal(file, (record) => read.push(record));
  expect(read.map(({ event }) => event)).toEqual(events);
  expect(read.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(report).toMatchObject({ records: 20, unknown: 0, damage: [], end: readFileSync(file).length });
});

test("64 KB cut at every byte: every whole record before the cut is kept", () => {
  const { content, records, ends } = sampleJournal(64 * 1024);
  // One scanner eats the journal byte by byte; finish() tells what a journal cut here would yield.
  const scanner = new JournalScanner();
  const kept: JournalRecord[] = [];
  let cuts = 0;
  for (let cut = 0; cut <= content.length; cut++) {
    if (cut > 0) kept.push(...scanner.push(content.subarray(cut - 1, cut)));
    const whole = ends.findIndex((end) => end > cut);
    const expected = whole === -1 ? records.length : whole;
    const report = scanner.finish();
    const end = expected === 0 ? 0 : ends[expected - 1];
    if (kept.length !== expected || report.records !== expected || report.end !== end) expect.fail(`cut at ${cut}: ${kept.length} records, expected ${expected}`);
    const damage = cut === end ? [] : [{ kind: "tail", offset: end, length: cut - end }];
    if (report.damage.length !== damage.length || (damage[0] && report.damage[0].offset !== end)) expect.fail(`cut at ${cut}: ${JSON.stringify(report.damage)}`);
    cuts++;
  }
  expect(kept).toEqual(records);
  console.log(`journal: ${cuts} cuts of ${content.length} bytes, every whole record kept`);
  // The same from scratch (the pieces must not matter), at fewer places.
  for (let cut = 0; cut <= content.length; cut += 97) expect(scan(content.subarray(0, cut)).records).toEqual(records.filter((_, i) => ends[i] <= cut));
});

test("a writer goes on after every cut of a journal and keeps the tail", async () => {
  const folder = temporaryFolder();
  const { content, records, ends } = sampleJournal(700);
  for (let cut = 0; cut <= content.length; cut++) {
    const file = path.join(folder, `${cut}`, "journal.jsonl");
    nodeFileSystem.makeFolder(path.dirname(file));
    writeFileSync(file, content.subarray(0, cut));
    const writer = JournalWriter.open(file);
    const whole = ends.filter((end) => end <= cut).length;
    writer.append({ type: "state", state: "running" });
    writer.close();
    const { records: read, report } = scan(readFileSync(file));
    expect(report.damage).toEqual([]);
    expect(read.slice(0, -1)).toEqual(records.slice(0, whole));
    expect(read.at(-1)).toMatchObject({ sequence: whole + 1, event: { type: "state" } });
    const end = whole === 0 ? 0 : ends[whole - 1];
    const aside = readdirSync(path.dirname(file)).filter((name) => name.startsWith("journal.damaged-"));
    expect(aside.map((name) => readFileSync(path.join(folder, `${cut}`, name)))).toEqual(cut === end ? [] : [content.subarray(end, cut)]);
  }
});

test("flipped bits: every whole record before the damage is kept, nothing false is read, the place is told", () => {
  const { content, records, ends } = sampleJournal(64 * 1024);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(7)), { minLength: 1, maxLength: 6 }), (flips) => {
      const damaged = Buffer.from(content);
      for (const [byte, bit] of flips) damaged[byte] ^= 1 << bit;
      const changed = damaged.findIndex((byte, i) => byte !== content[i]);
      const { records: read, report } = scan(damaged);
      if (changed === -1) {
        // The flips cancelled each other.
        expect(report.damage).toEqual([]);
        return;
      }
      const before = ends.filter((end) => end <= changed).length;
      expect(read.slice(0, before)).toEqual(records.slice(0, before));
      const known = new Map(records.map((record) => [record.sequence, record]));
      for (const record of read) expect(record).toEqual(known.get(record.sequence));
      expect(report.damage[0]).toMatchObject({ line: before + 1, offset: before === 0 ? 0 : ends[before - 1] });
    }),
    { numRuns: 300 },
  );
});

test("10,000 hostile journals: never an exception, never a record that was not written", () => {
  const { content, records } = sampleJournal(1500);
  const known = new Set(records.map((record) => JSON.stringify(record)));
  let cases = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(`${text}\n`)),
        fc.tuple(fc.nat(content.length), fc.nat(content.length), fc.nat(content.length)).map(([a, b, c]) => Buffer.concat([content.subarray(a), content.subarray(b, c), Buffer.from("\n"), content.subarray(0, c)])),
        fc.json().map((json) => Buffer.from(`{"sequence":1,"time":"","event":${json},"crc":"00000000"}\n`)),
      ),
      (bytes) => {
        cases++;
        const { records: read, report } = scan(bytes);
        for (const record of read) if (!known.has(JSON.stringify(record))) expect.fail(`read ${JSON.stringify(record)}`);
        expect(report.end).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 10_000 },
  );
  console.log(`journal: ${cases} hostile cases`);
});

test("an event of a later version is counted, not taken for damage", () => {
  const unknown = encodeRecord({ sequence: 1, time: "t", event: { type: "from-the-future" } as unknown as RunEvent });
  const { records, report } = scan(Buffer.concat([unknown, encodeRecord({ sequence: 2, time: "t", event: stepEvent(1) })]));
  expect(records).toHaveLength(1);
  expect(report).toMatchObject({ unknown: 1, records: 1, damage: [] });
});

test("a line longer than any record is skipped, and the records behind it are read", () => {
  const scanner = new JournalScanner();
  const piece = Buffer.alloc(1024 * 1024, 0x61);
  for (let i = 0; i < 9; i++) scanner.push(piece);
  const records = scanner.push(Buffer.concat([Buffer.from("\n"), encodeRecord({ sequence: 1, time: "t", event: stepEvent(1) })]));
  expect(records).toHaveLength(1);
  expect(scanner.finish().damage).toMatchObject([{ kind: "line", line: 1, offset: 0, length: 9 * 1024 * 1024 + 1, reason: "the line is too long" }]);
});

test("a reader goes on where it stopped while the writer writes", async () => {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  const writer = JournalWriter.open(file);
  writer.append(stepEvent(1));
  const first = await readJournal(file, () => {});
  appendFileSync(file, '{"sequence":2,"ti'); // A line that is being written.
  expect((await readJournal(file, () => {})).damage).toMatchObject([{ kind: "tail" }]);
  writeFileSync(file, readFileSync(file).subarray(0, first.end));
  writer.append(stepEvent(2));
  writer.close();
  const read: JournalRecord[] = [];
  for await (const record of streamJournal(file, { offset: first.end, line: first.records })) read.push(record);
  expect(read.map(({ sequence }) => sequence)).toEqual([2]);
});
