import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { readTable } from "../../src/data/read-table.js";
import { requireColumn, type Table } from "../../src/data/table.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-data-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(name: string, content: string | Uint8Array): Promise<Table> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return readTable(file);
}
const failure = async (work: () => unknown): Promise<PromptTuningError> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    expect((error as PromptTuningError).kind).toBe("data");
    return error as PromptTuningError;
  }
  throw new Error("nothing failed");
};
const cells = (table: Table): string[][] => table.rows.map((row) => table.columns.map((column) => row.cells[column]));

describe("readers of data files", () => {
  it("reads TSV without quoting", async () => {
    const table = await read("a.tsv", '\ufefflabel\ttext\r\nham\tshe said "hi\r\nspam\t"a" b\n\n');
    expect(table.columns).toEqual(["label", "text"]);
    expect(cells(table)).toEqual([["ham", 'she said "hi'], ["spam", '"a" b']]);
    expect(table.rows.map(({ line }) => line)).toEqual([2, 3]);
  });

  it("reads CSV with quotes, separators and line breaks inside, and tells lines", async () => {
    const table = await read("a.csv", 'text,label\n"a, ""b""\nc",ham\n\nhe said "hi",spam\nlast,ham');
    expect(cells(table)).toEqual([['a, "b"\nc', "ham"], ['he said "hi"', "spam"], ["last", "ham"]]);
    expect(table.rows.map(({ line }) => line)).toEqual([2, 5, 6]);
  });

  it("reads CSV with semicolons, saying so, and columns without a name", async () => {
    const table = await read("b.csv", ";text;label\n0;a, b;x\n");
    expect(table.columns).toEqual(["column 1", "text", "label"]);
    expect(table.notices.join()).toContain("semicolon");
  });

  it("reads JSON lines and arrays; keys of the prototype are data", async () => {
    const line = '{"text":"a","label":1,"__proto__":"p","constructor":true,"list":[1,{"a":null}],"none":null}';
    for (const table of [await read("a.jsonl", `${line}\n\n{"text":"b","label":0.5}\n`), await read("a.json", `[${line},{"text":"b","label":0.5}]`)]) {
      expect(table.columns).toEqual(["text", "label", "__proto__", "constructor", "list", "none"]);
      const [first, second] = table.rows;
      expect({ ...first.cells, ["__proto__"]: undefined }).toMatchObject({ text: "a", label: "1", constructor: "true", list: '[1,{"a":null}]' });
      expect(first.cells["__proto__"]).toBe("p");
      expect(second.cells["__proto__"]).toBeUndefined();
      expect(second.cells["constructor"]).toBeUndefined();
      expect(Object.getPrototypeOf(first.cells)).toBeNull();
    }
    expect(({} as Record<string, unknown>)["p"]).toBeUndefined();
  });

  it.each([
    ["empty.tsv", "", /is empty/],
    ["blank.csv", " \n\n", /is empty/],
    ["head.tsv", "text\tlabel\n", /no rows/],
    ["ragged.tsv", "a\tb\n1\t2\n1\t2\t3\n4\n", /line 3: the row has 3 cells, the header has 2/],
    ["ragged.csv", 'a,b\n"1\n2",x\n3\n', /line 4: the row has 1 cells/],
    ["quote.csv", 'a,b\n1,"2\n3,4\n', /never closed/],
    ["twice.csv", "a,b,a\n1,2,3\n", /two columns "a"/],
    ["quoted.tsv", '"a"\t"b"\n"1"\t"2"\n', /ordinary characters/],
    ["wide.csv", `${"x".repeat(3)},${Array.from({ length: 10_001 }, (_, i) => i).join(",")}\n1\n`, /10002 columns/],
    ["bad.jsonl", '{"a":1}\n\n{"a":\n', /line 3: this is not JSON/],
    ["list.jsonl", "[1]\n", /line 1: this is not an object/],
    ["null.jsonl", "null\n", /not an object/],
    ["bad.json", '[{"a":1},\n{"a":}]', /breaks at line 2/],
    ["object.json", '{"a":1}', /not an array/],
    ["more.json", '[{"a":1}] 2', /more follows/],
    ["open.json", '[{"a":1},', /ends too early/],
    ["inner.json", '[{"a":1},2]', /row 2: this is not an object/],
    ["none.json", "[]", /no rows/],
    ["late.csv", Buffer.concat([Buffer.from(`text\n${"x\n".repeat(150_000)}`), Buffer.from("caf\xe9 au lait\n", "latin1")]), /offset 299968 are not UTF-8/],
    ["nul.tsv", "a\0b\tc\n1\t2\n", /NUL/],
    ["data.xlsx", "x", /\.xlsx are not known/],
    ["__proto__", "x", /no ending/],
  ])("says what is wrong with %s", async (name, content, text) => {
    expect((await failure(() => read(name, content))).describe()).toMatch(text);
  });

  it("says that a file is missing, no file, or too large", async () => {
    expect((await failure(() => readTable(path.join(folder, "absent.tsv")))).describe()).toMatch(/There is no file/);
    await mkdir(path.join(folder, "folder.tsv"));
    expect((await failure(() => readTable(path.join(folder, "folder.tsv")))).describe()).toMatch(/holds no texts/);
    const sparse = path.join(folder, "huge.tsv");
    await writeFile(sparse, "");
    await truncate(sparse, 300 * 1024 * 1024);
    expect((await failure(() => readTable(sparse))).describe()).toMatch(/too large.*315 MB/);
  });

  it("names the nearest column and those there are", async () => {
    const table = await read("c.tsv", "Text\tlabel\nx\ty\n");
    expect((await failure(() => requireColumn(table, "text", "text"))).describe()).toMatch(/no column "text".*"Text", "label".*mean "Text"/);
    expect((await failure(() => requireColumn(table, "labels", "text"))).describe()).toMatch(/mean "label"/);
    expect((await failure(() => requireColumn(table, "__proto__", "text"))).describe()).toMatch(/no column "__proto__"/);
  });
});

describe("hostile input", () => {
  const hostileText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(fc.constantFrom('"', ",", ";", "\t", "\n", "\r\n", "\r", "a", "__proto__", "{", "}", "[", "]", ":", '"a"', "null", "\\u", "\ud800", "1e999", " ", "\\"), { maxLength: 80 }).map((parts) => parts.join("")),
  );
  it.each(["tsv", "csv", "jsonl", "json"])("%s: a table of texts or a data error, 1,000 times", async (kind) => {
    let tables = 0;
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        let table: Table;
        try {
          table = await read(`hostile.${kind}`, text);
        } catch (error) {
          if (error instanceof PromptTuningError && error.kind === "data") return;
          throw error;
        }
        tables++;
        expect(table.rows.length).toBeGreaterThan(0);
        for (const row of table.rows) for (const cell of Object.values(row.cells)) expect(typeof cell).toBe("string");
      }),
      { numRuns: 1000 },
    );
    expect(tables).toBeGreaterThanOrEqual(kind === "tsv" || kind === "csv" ? 25 : 0);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("bytes of any kind in a file: a table or a data error, 1,000 times", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom("h.tsv", "h.csv", "h.jsonl", "h.json"), async (content, name) => {
        await read(name, content).catch((error: unknown) => {
          if (!(error instanceof PromptTuningError && error.kind === "data")) throw error;
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("depth does not overflow the stack", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    for (const work of [() => read("deep.jsonl", `{"a":${deep}}`), () => read("deep.json", `[{"a":${deep}}]`), () => read("deeper.json", deep)]) {
      expect((await failure(work)).describe()).toMatch(/nested too deeply|not JSON|not an object/);
    }
  });

  const cell = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replace(/[\0\r\n\t]/g, " "));
  it("what is written as RFC 4180 is read back, in every encoding, 400 times", async () => {
    const row = fc.tuple(fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll("\0", "")), cell);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), fc.constantFrom(...encoders), fc.constantFrom(",", ";", "|"), async (rows, encode, separator) => {
        const write = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = [["first", "second"], ...rows].map((cellsOfRow) => cellsOfRow.map(write).join(separator)).join("\r\n");
        expect(cells(await read("x.csv", encode(text)))).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  it.each(["jsonl", "json"])("what is written as %s is read back, 400 times", async (kind) => {
    const value = fc.oneof(fc.string({ unit: "binary" }).map((text) => text.replace(/\p{Surrogate}/gu, "")), fc.string({ unit: "grapheme" }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), value, { noNullPrototype: true }), { minLength: 1, maxLength: 8 }), fc.boolean(), async (rows, spaced) => {
        const text = kind === "jsonl" ? rows.map((row) => JSON.stringify(row)).join("\n") : JSON.stringify(rows, null, spaced ? 2 : undefined);
        const table = await read(`x.${kind}`, text);
        expect(table.rows.map((row) => Object.entries(row.cells).sort())).toEqual(rows.map((row) => Object.entries(row).sort()));
      }),
      { numRuns: 400 },
    );
  });
});

const encoders: ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
];
