import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peekedBytes, peekTable } from "../../src/data/peek-table.js";
import { readTable } from "../../src/data/read-table.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "peek-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

describe("the beginning of a data file", () => {
  it("is the whole of a small one", async () => {
    const file = await written("small.csv", 'text,label\n"a, b",ham\nc,spam\n');
    expect(await peekTable(file)).toMatchObject({ ...(await readTable(file)), whole: true });
  });

  it.each([
    ["long.tsv", "text\tlabel\n", (i: number) => `message ${i} ä\t${i % 2 ? "ham" : "spam"}\n`, ""],
    ["long.csv", "text,label\n", (i: number) => `"line ${i}\nand another, ä",${i % 2 ? "ham" : "spam"}\n`, ""],
    ["long.jsonl", "", (i: number) => `{"text":"ä } ${i}","label":"${i % 2 ? "ham" : "spam"}"}\n`, ""],
    ["long.json", "[", (i: number) => `{"text":"ä ]} \\" ${i}","label":"${i % 2 ? "ham" : "spam"}","more":{"a":[1]}},`, '{"text":"z","label":"ham"}]'],
  ])("of %s are its columns and first rows, never more than the limit", async (name, head, row, tail) => {
    const file = await written(name, head + Array.from({ length: 20_000 }, (_, i) => row(i)).join("") + tail);
    const peek = (await peekTable(file))!;
    const all = await readTable(file);
    expect(peek.whole).toBe(false);
    expect(peek.columns).toEqual(all.columns);
    expect(peek.rows.length).toBeGreaterThan(1000);
    expect(peek.rows.length).toBeLessThan(all.rows.length);
    expect(all.rows.slice(0, peek.rows.length).map(({ cells }) => cells)).toEqual(peek.rows.map(({ cells }) => cells));
  });

  it("says nothing where it holds no whole row", async () => {
    expect(await peekTable(await written("one-line.jsonl", `{"text":"${"x".repeat(peekedBytes)}"}`))).toBeUndefined();
    expect(await peekTable(await written("one-object.json", `[{"text":"${"x".repeat(peekedBytes)}"}]`))).toBeUndefined();
  });

  it.each([
    ["missing.tsv", undefined, "There is no file"],
    ["picture.png", "x", "is not a data file"],
    ["broken.csv", 'a,b\n"x,1\n', "cannot be read as CSV"],
    ["binary.tsv", Uint8Array.of(0x41, 0x00, 0x00, 0x41), "not a text file"],
  ])("refuses %s", async (name, content, message) => {
    const file = content === undefined ? path.join(folder, name) : await written(name, content);
    await expect(peekTable(file)).rejects.toMatchObject({ kind: "data", message: expect.stringContaining(message) });
  });

  it("gives a table, nothing or a data error for any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(".tsv", ".csv", ".jsonl", ".json"), fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (ending, bytes, long) => {
        const file = await written(`any${ending}`, long ? Buffer.concat([bytes, Buffer.alloc(peekedBytes, bytes.length > 0 ? bytes : 10)]) : bytes);
        await peekTable(file).catch((error: { kind?: string }) => expect(error.kind).toBe("data"));
      }),
      { numRuns: 300 },
    );
  });
});
