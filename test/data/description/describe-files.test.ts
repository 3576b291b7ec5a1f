import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeFiles } from "../../../src/data/description/describe-files.js";
import { findFiles } from "../../../src/data/description/find-files.js";
import { loadDescription } from "../../../src/data/description/load-description.js";
import { openDatasetRows } from "../../../src/data/description/dataset-parts.js";
import type { DatasetDescription, SplitRule } from "../../../src/data/description/schema.js";
import { splitCounts } from "../../../src/data/description/split-dataset.js";
import { sourceChanges } from "../../../src/data/description/source-changes.js";
import { writeDescription } from "../../../src/data/description/write-description.js";
import { describeSampleDataset } from "../../../src/data/sources/sample-dataset.js";
import { loadDataset } from "../../../src/data/load-dataset.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "ptune-described-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
};
const described = async (...names: string[]): Promise<{ description: DatasetDescription; notices: readonly string[] }> =>
  describeFiles(await findFiles(names, folder), { name: "set", folder, cache: path.join(folder, "cache") });
const spam = (rows: number, from = 0): string => `label\ttext\n${Array.from({ length: rows }, (_, i) => `${(i + from) % 3 ? "ham" : "spam"}\tmessage number ${i + from}`).join("\n")}\n`;

describe("the description of a data set", () => {
  it("tells files, splits, columns with roles, hashes and counts", async () => {
    await put("train.tsv", spam(30));
    await put("dev.tsv", spam(6, 30));
    const { description } = await described("train.tsv", "dev.tsv");
    expect(description.columns).toEqual([{ name: "label", role: "label" }, { name: "text", role: "text" }]);
    expect(description.counts).toEqual([
      { split: "train", rows: 30, labels: [{ label: "ham", rows: 20 }, { label: "spam", rows: 10 }] },
      { split: "validation", rows: 6, labels: [{ label: "ham", rows: 4 }, { label: "spam", rows: 2 }] },
    ]);
    expect(description.source).toMatchObject({ type: "files", files: [{ path: "train.tsv", split: "train", rows: 30 }, { path: "dev.tsv", split: "validation", rows: 6 }] });
  });

  it("gives an experiment the same data as naming the files does", async () => {
    await put("same/train.csv", spam(60).replaceAll("\t", ";"));
    await put("same/test.csv", spam(9, 60).replaceAll("\t", ";"));
    const { description } = await describeFiles(await findFiles(["same"], folder), { name: "same", folder, cache: path.join(folder, "cache") });
    writeDescription(path.join(folder, "same.ptune-data.json"), description, { overwrite: false });
    const needs = { slots: ["text"], answer: "label" } as const;
    const byFiles = await loadDataset({ train: "same/train.csv", test: "same/test.csv", columns: { text: "text", label: "label" } }, needs, 1, folder);
    const byDescription = await loadDataset({ description: "same.ptune-data.json", columns: {} }, needs, 1, folder);
    expect(byDescription.splits).toEqual(byFiles.splits);
    expect(byDescription.hash).toBe(byFiles.hash);
    await appendFile(path.join(folder, "same/train.csv"), "ham;one more\n");
    await expect(loadDataset({ description: "same.ptune-data.json", columns: {} }, needs, 1, folder)).rejects.toMatchObject({ kind: "data", message: expect.stringContaining("has changed since it was added") });
  });

  it("notices a change that leaves the size as it is, and a file that is gone", async () => {
    const file = await put("watched.csv", "text,label\na,x\nb,y\n");
    const { description } = await described("watched.csv");
    const dataset = { description, file: path.join(folder, "w.ptune-data.json"), folder };
    expect(await sourceChanges(dataset)).toEqual([]);
    await writeFile(file, "text,label\na,x\nc,y\n");
    expect(await sourceChanges(dataset)).toMatchObject([{ kind: "changed", file }]);
    await rm(file);
    expect(await sourceChanges(dataset)).toMatchObject([{ kind: "missing", file }]);
  });

  it("reads a folder of texts a class, and one of such folders a split", async () => {
    for (const [name, text] of [["pos/1.txt", "good"], ["pos/2.txt", "very good"], ["neg/1.txt", Buffer.from("d\xe9plorable", "latin1")]] as const) {
      await put(`reviews/${name}`, text);
      await put(`splits/train/${name}`, text);
      await put(`splits/test/${name}`, text);
    }
    const { description } = await described("reviews");
    expect(description.counts).toEqual([{ split: "train", rows: 3, labels: [{ label: "neg", rows: 1 }, { label: "pos", rows: 2 }] }]);
    const both = await described("splits");
    expect(both.description.counts.map(({ split, rows }) => [split, rows])).toEqual([["train", 3], ["test", 3]]);
    const data = await loadDataset({ train: "splits/train", validation: "splits/test", columns: { text: "text", label: "label" } }, { slots: ["text"], answer: "label" }, 1, folder);
    expect(data.splits.train.map(({ fields, label }) => [fields.text, label])).toEqual([["déplorable", "neg"], ["good", "pos"], ["very good", "pos"]]);
    await put("reviews/neg/1.txt", "another");
    expect(await sourceChanges({ description, file: "", folder })).toMatchObject([{ kind: "changed" }]);
  });

  it("reads watsonx and OpenAI files as they are", async () => {
    await put("watsonx.jsonl", '{"input":"a","output":"b"}\n{"input":"c","output":"d"}\n');
    expect((await described("watsonx.jsonl")).description.columns).toEqual([{ name: "input", role: "input" }, { name: "output", role: "output" }]);
    await put("chat.jsonl", '{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}]}\n{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}\n');
    const { description, notices } = await described("chat.jsonl");
    expect(description.columns).toEqual([{ name: "system", role: "context" }, { name: "input", role: "input" }, { name: "output", role: "output" }]);
    expect(notices.join()).toContain("chat messages");
    const data = await loadDataset({ train: "chat.jsonl", validation: "chat.jsonl", columns: { input: "input", output: "output" } }, { slots: ["input"], answer: "output" }, 1, folder);
    expect(data.splits.train.map(({ fields, output }) => [fields.input, output])).toEqual([["hi", "ho"], ["user: a\nassistant: b\nuser: c", "d"]]);
  });

  it.each(["stratified", "hash", "grouped"] as const)("split by a %s rule gives training the rows that were counted, file after file", async (type) => {
    await put("ruled/a.tsv", spam(120));
    await put("ruled/b.tsv", spam(80, 120));
    await put("ruled/given-test.tsv", spam(10, 200));
    const one = await described("ruled/a.tsv");
    const [a] = (one.description.source as { files: object[] }).files;
    const [b, given] = await Promise.all(["ruled/b.tsv", "ruled/given-test.tsv"].map(async (name) => ((await described(name)).description.source as { files: object[] }).files[0]));
    const description = { ...one.description, source: { type: "files", files: [a, b, { ...given, split: "test" }] } } as DatasetDescription;
    const dataset = { description, file: path.join(folder, `${type}.ptune-data.json`), folder };
    const rule: SplitRule = { type, ...(type === "grouped" ? { column: "text" } : {}), shares: { train: 0.6, validation: 0.2, test: 0.2 }, seed: 3 } as SplitRule;
    const counts = await splitCounts(dataset, rule);
    expect(counts.reduce((sum, { rows }) => sum + rows, 0)).toBe(210);
    writeDescription(dataset.file, { ...description, splits: rule, counts }, { overwrite: true });
    const data = await loadDataset({ description: path.basename(dataset.file), columns: {} }, { slots: ["text"], answer: "label" }, 1, folder);
    for (const { split, rows, labels } of counts) {
      const examples = data.splits[split]!;
      expect(examples).toHaveLength(rows);
      expect(new Set(examples.map(({ index }) => index)).size).toBe(rows);
      for (const { label, rows: each } of labels!) expect(examples.filter((example) => example.label === label)).toHaveLength(each);
    }
    const texts = Object.values(data.splits).flatMap((examples) => examples.map(({ fields }) => fields.text));
    expect(new Set(texts).size).toBe(210);
  });

  it("a sample is described too", async () => {
    const { description } = await describeSampleDataset("spam-assassin", { name: "mails", cache: path.join(folder, "cache") });
    expect(description.source).toEqual({ type: "sample", sample: "spam-assassin" });
    expect(description.counts.find(({ split }) => split === "test")).toMatchObject({ rows: 400 });
    const rows = [];
    for await (const batch of openDatasetRows({ description, folder }, { cache: path.join(folder, "cache") })) rows.push(...batch.rows);
    expect(rows).toHaveLength(description.counts.reduce((sum, split) => sum + split.rows, 0));
  }, 120_000);

  it("never replaces a file unasked, and refuses what is no description", async () => {
    const file = await put("mine.ptune-data.json", "mine");
    await put("x.csv", "text,label\na,x\nb,y\n");
    const { description } = await described("x.csv");
    expect(() => writeDescription(file, description, { overwrite: false })).toThrow(/already/);
    expect(await readFile(file, "utf8")).toBe("mine");
    await expect(loadDescription(file)).rejects.toMatchObject({ kind: "data" });
    writeDescription(file, description, { overwrite: true });
    expect((await loadDescription(file)).description).toEqual(description);
    await put("wrong.ptune-data.json", JSON.stringify({ ...description, columns: [{ name: "a", role: "text" }, { name: "b", role: "text" }] }));
    await expect(loadDescription(path.join(folder, "wrong.ptune-data.json"))).rejects.toMatchObject({ reason: expect.stringContaining("two columns have the same role") });
  });

  it("stops when it is told to", async () => {
    await put("long.csv", `text,label\n${"a,x\nb,y\n".repeat(200_000)}`);
    const stop = new AbortController();
    const work = describeFiles(await findFiles(["long.csv"], folder), { name: "l", folder, cache: folder, signal: stop.signal, progress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ kind: "stopped" });
  });
});
