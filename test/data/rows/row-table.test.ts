import { readFileSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findReading } from "../../../src/data/reading/find-reading.js";
import { openRows } from "../../../src/data/rows/open-rows.js";
import { openRowTable } from "../../../src/data/rows/row-table.js";


let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "ptune-rows-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 3000 }, (_, i) => [`${i}`, `text ä "q" ${i}\nsecond; line, 漢字 😀 ${"y".repeat(i % 300)}`, i % 2 ? "ham" : "späm"]);
const latin = rows.map((row) => row.map((cell) => cell.replaceAll(/漢字|😀/g, "ß")));
const csv = (table: string[][], separator = ","): string => [["id", "text", "label"], ...table].map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator)).join("\r\n");
const parquetRows = Array.from({ length: 1000 }, (_, i) => [`${i}`, `text ä ${i}`, i % 2 ? "ham" : "späm"]);
const reference = (name: string): Uint8Array => readFileSync(new URL(`../reference/${name}`, import.meta.url));
const objects = rows.map(([id, text, label]) => ({ id, text, label }));

const files: readonly (readonly [name: string, content: Uint8Array, expected: string[][]])[] = [
  ["utf8.csv", Buffer.from(csv(rows)), rows],
  ["bom.csv", Buffer.from(`\ufeff${csv(rows, ";")}`), rows],
  ["utf16le.csv", Buffer.from(`\ufeff${csv(rows)}`, "utf16le"), rows],
  ["utf16be.csv", Buffer.from(`\ufeff${csv(rows)}`, "utf16le").swap16(), rows],
  ["no-mark.csv", Buffer.from(csv(rows, "|"), "utf16le"), rows],
  ["latin1.csv", Buffer.from(csv(latin), "latin1"), latin],
  ["lines.jsonl", Buffer.from(objects.map((row) => JSON.stringify(row)).join("\n")), rows],
  ["lines16.jsonl", Buffer.from(`\ufeff${objects.map((row) => JSON.stringify(row)).join("\n\n")}`, "utf16le"), rows],
  ["array.json", Buffer.from(JSON.stringify(objects)), rows],
  ["inside.json", Buffer.from(JSON.stringify({ version: [1, [{ a: 2 }]], more: { data: objects, after: "[{" }, last: {} }, null, 2)), rows],
  ...["none", "snappy", "gzip", "zstd", "brotli", "lz4"].map((codec): [string, Uint8Array, string[][]] => [`${codec}.parquet`, reference(`${codec}.parquet`), parquetRows]),
];

describe("rows by their number", () => {
  it.each(files)("%s: any range is what the stream gives, with its lines", async (name, content, expected) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    const { reading } = await findReading(file);
    const streamed: (string | null)[][] = [];
    const lines: number[] = [];
    for await (const batch of openRows({ path: file, reading })) {
      expect(batch.first).toBe(streamed.length);
      streamed.push(...batch.rows.map((row) => [...row]));
      lines.push(...batch.lines);
    }
    expect(streamed).toEqual(expected);
    const table = await openRowTable({ path: file, reading }, { cache: folder });
    expect([table.rowCount, table.columns]).toEqual([expected.length, ["id", "text", "label"]]);
    await fc.assert(
      fc.asyncProperty(fc.nat(expected.length + 5), fc.nat(600), async (from, length) => {
        const part = await table.read(from, from + length);
        expect(part.map(({ cells }) => cells)).toEqual(expected.slice(from, from + length));
        expect(part.map(({ line }) => line)).toEqual(lines.slice(from, from + length));
        expect(part.map(({ row }) => row)).toEqual(part.map((_, i) => from + i));
      }),
      { numRuns: 8, examples: [[0, 1], [255, 2], [256, 256], [expected.length - 1, 3], [expected.length, 3]] },
    );
  });

  it("columns that appear late keep their places, and rows without them have no value", async () => {
    const file = path.join(folder, "late.jsonl");
    await writeFile(file, Array.from({ length: 1000 }, (_, i) => JSON.stringify(i < 700 ? { a: i } : { b: i, a: null })).join("\n"));
    const { reading } = await findReading(file);
    const table = await openRowTable({ path: file, reading }, { cache: folder });
    expect(table.columns).toEqual(["a", "b"]);
    expect((await table.read(0, 1))[0].cells).toEqual(["0"]);
    expect((await table.read(999, 1000))[0].cells).toEqual([null, "999"]);
  });

  it("values of Parquet files of every kind are told as text, numbers of labels by their names", async () => {
    const file = path.join(folder, "kinds.parquet");
    await writeFile(file, reference("kinds.parquet"));
    const { reading, notices } = await findReading(file);
    expect(notices.join()).toContain('"label"');
    const table = await openRowTable({ path: file, reading }, { cache: folder });
    expect(table.columns).toEqual(["text", "label", "large", "real", "yes", "day", "moment", "words", "pair", "bytes"]);
    expect((await table.read(0, 3)).map(({ cells }) => cells)).toEqual([
      ["a", "neg", "1152921504606846977", "0.5", "true", "1970-01-01", "1970-01-01", '["a","b"]', '{"en":"a","de":1}', "(2 bytes)"],
      [null, "pos", "-1", "NaN", "false", "2022-01-08", "2023-11-14T22:13:20.123Z", "[]", '{"en":null,"de":2}', ""],
      [null, null, "0", null, null, null, null, null, null, null].map((cell, i) => (i === 0 ? "c" : cell)),
    ]);
  });

  it("a file that changed is indexed anew", async () => {
    const file = path.join(folder, "changing.csv");
    await writeFile(file, "a,b\n1,2\n");
    const { reading } = await findReading(file);
    expect((await openRowTable({ path: file, reading }, { cache: folder })).rowCount).toBe(1);
    await writeFile(file, "a,b\n1,2\n3,4\n");
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    expect((await openRowTable({ path: file, reading }, { cache: folder })).rowCount).toBe(2);
  });
});
