import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { parseDelimited } from "../../src/data/delimited.js";
import { parseJsonArray, parseJsonLines } from "../../src/data/json-rows.js";
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
    expect(table.notices.join()).toContain("semicolons");
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
    ["ragged.tsv", "a\tb\n1\t2\n1\t2\t3\n4\n", /line 3: the row has 3 cells, the header has 2.*2 rows differ/],
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
    ["inner.json", '[{"a":1},2]', /row 2: this is not an object/],
    ["none.json", "[]", /no rows/],
    ["utf16.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), /UTF-16/],
    ["latin1.csv", Buffer.from("text\ncaf\xe9 au lait\n", "latin1"), /offset 0 are not UTF-8/],
    ["nul.tsv", "a\0b\tc\n1\t2\n", /NUL/],
    ["data.xlsx", "x", /\.xlsx are not known/],
    ["__proto__", "x", /no ending/],
  ])("says what is wrong with %s", async (name, content, text) => {
    expect((await failure(() => read(name, content))).describe()).toMatch(text);
  });

  it("says that a file is missing, no file, or too large", async () => {
    expect((await failure(() => readTable(path.join(folder, "absent.tsv")))).describe()).toContain("no such file");
    await mkdir(path.join(folder, "folder.tsv"));
    expect((await failure(() => readTable(path.join(folder, "folder.tsv")))).describe()).toMatch(/not a file|cannot be opened/);
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
  const readers: Record<string, (text: string) => Table> = {
    tsv: (text) => parseDelimited("x.tsv", text, "tsv"),
    csv: (text) => parseDelimited("x.csv", text, "csv"),
    jsonl: (text) => parseJsonLines("x.jsonl", text),
    json: (text) => parseJsonArray("x.json", text),
  };
  it.each(Object.keys(readers))("%s: a table of texts or a data error, 4,000 times", (kind) => {
    let tables = 0;
    fc.assert(
      fc.property(hostileText, (text) => {
        let table: Table;
        try {
          table = readers[kind](text);
        } catch (error) {
          if (error instanceof PromptTuningError && error.kind === "data") return;
          throw error;
        }
        tables++;
        expect(table.rows.length).toBeGreaterThan(0);
        for (const row of table.rows) for (const cell of Object.values(row.cells)) expect(typeof cell).toBe("string");
      }),
      { numRuns: 4000 },
    );
    expect(tables).toBeGreaterThanOrEqual(kind === "tsv" || kind === "csv" ? 100 : 0);
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
    for (const work of [() => parseJsonLines("x.jsonl", `{"a":${deep}}`), () => parseJsonArray("x.json", `[{"a":${deep}}]`), () => parseJsonArray("x.json", deep)]) {
      expect((await failure(work)).describe()).toMatch(/nested too deeply|not JSON|not an object/);
    }
  });

  const cell = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replace(/[\0\r\n\t]/g, " "));
  it("what is written as RFC 4180 is read back, 1,000 times", () => {
    const quoted = fc.tuple(fc.constant("x"), fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll("\0", "")), cell), { minLength: 1, maxLength: 8 }));
    fc.assert(
      fc.property(quoted, ([, rows]) => {
        const write = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = [["first", "second"], ...rows].map((row) => row.map(write).join(",")).join("\r\n");
        expect(cells(parseDelimited("x.csv", text, "csv"))).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });

  it("what is written as JSON lines is read back, 1,000 times", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), fc.string({ unit: "grapheme" })), { minLength: 1, maxLength: 8 }), (rows) => {
        const table = parseJsonLines("x.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
        expect(table.rows.map((row) => Object.entries(row.cells))).toEqual(rows.map((row) => Object.entries(row)));
      }),
      { numRuns: 1000 },
    );
  });
});
