import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkLength } from "../../src/experiment/checks/check-length.js";
import { Findings } from "../../src/experiment/checks/context.js";
import { checkFiles } from "../../src/experiment/checks/check-files.js";
import type { Diagnostic } from "../../src/experiment/diagnostic.js";
import { readExperimentText } from "../../src/experiment/load-experiment.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "checks-"));
  await writeFile(path.join(folder, "train.tsv"), "message\tlabel\nhello\tham\nbuy\tspam\n");
  await writeFile(path.join(folder, "dev.tsv"), "text\tlabel\nhello\tham\n");
  await writeFile(path.join(folder, "notes.txt"), "x");
  await writeFile(path.join(folder, "spans.jsonl"), '{"w":["in","Rome"],"s":["O","B-loc"],"t":["O"]}\n{"w":["Ann"],"s":["B-per"],"t":["O"]}\n');
  await writeFile(path.join(folder, "model.gguf"), "x");
  await mkdir(path.join(folder, "model"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const right = {
  name: "spam",
  model: "smollm2-135m-instruct" as unknown,
  dataset: { train: "train.tsv", columns: { text: "message", label: "label" } } as unknown,
  task: { type: "classification", template: "Message: {text}\n{soft:20}Spam:{label}", verbalizer: { ham: " no", spam: " yes" } } as unknown,
  method: { init: { type: "random" } } as unknown,
};
const text = (changes: Partial<typeof right> = {}): string => JSON.stringify({ ...right, ...changes }, undefined, 2);
const found = async (source: string): Promise<Diagnostic[]> => checkFiles(readExperimentText(source), folder);

/** The problems as [what is underlined, severity, message, correction]. */
async function problems(changes: Partial<typeof right>) {
  const source = text(changes);
  return (await found(source)).map(({ offset, length, severity, message, replacement }) => [source.slice(offset, offset + length), severity, message, replacement]);
}

const task = (changes: object) => ({ task: { ...(right.task as object), ...changes } });
const data = (changes: object) => ({ dataset: { ...(right.dataset as object), ...changes } });

describe("checks that need the files beside an experiment", () => {
  it("find nothing wrong with a right one", async () => {
    expect(await problems({})).toEqual([]);
    expect(await problems({ model: { path: "model.gguf" } })).toEqual([]);
    expect(await problems({ model: { path: "model" } })).toEqual([]);
    expect(await problems({ dataset: "spam-assassin" })).toEqual([]);
    expect(await problems({ dataset: { sample: "spam-assassin" } })).toEqual([]);
  });

  it.each([
    ["a data file that is not there", data({ train: "trian.tsv" }), '"trian.tsv"', "error", /no file "trian.tsv".*mean "train.tsv"/, '"train.tsv"'],
    ["one in a folder that is not there", data({ train: "data/x.tsv" }), '"data/x.tsv"', "error", /no file/, undefined],
    ["a file of another kind", data({ train: "notes.txt" }), '"notes.txt"', "error", /not a data file/, undefined],
    ["a column that is not there", data({ columns: { text: "mesage", label: "label" } }), '"mesage"', "error", /no column "mesage".*mean "message"/, '"message"'],
    ["a column in other case", data({ columns: { text: "message", label: "LABEL" } }), '"LABEL"', "error", /mean "label"/, '"label"'],
    ["a column nothing is near to", data({ columns: { text: "subject line", label: "label" } }), '"subject line"', "error", /Its columns are "message", "label"/, undefined],
    ["a column that only the second file lacks", data({ validation: "dev.tsv" }), '"dev.tsv"', "error", /dev.tsv has no column "message", as train.tsv has it for \{text\}/, undefined],
    ["an unknown sample", { dataset: "spam-asassin" }, '"spam-asassin"', "error", /no sample/, '"spam-assassin"'],
    ["a slot the sample does not have", { dataset: "spam-assassin", ...task({ template: "{mail}{soft:5}" }) }, "{mail}", "error", /no column "mail"/, "{text}"],
    ["a model that is not in the catalogue", { model: "smollm-135m-instruct" }, '"smollm-135m-instruct"', "error", /mean "smollm2-135m-instruct"/, '"smollm2-135m-instruct"'],
    ["a hub repository written as a name", { model: "owner/some-model" }, '"owner/some-model"', "error", /hub/, '{ "hub": "owner/some-model" }'],
    ["a file written as a name", { model: "model.gguf" }, '"model.gguf"', "error", /path/, '{ "path": "model.gguf" }'],
    ["a model file that is not there", { model: { path: "models/x.gguf" } }, '"models/x.gguf"', "error", /no file or folder/, undefined],
    ["a model file of another kind", { model: { path: "notes.txt" } }, '"notes.txt"', "error", /\.gguf and \.onnx/, undefined],
    ["a hub name that is none", { model: { hub: "a b" } }, '"a b"', "error", /not the name/, undefined],
    ["a prompt to begin with that is not there", { method: { init: { type: "file", path: "adapter" } } }, '"adapter"', "error", /no file or folder/, undefined],
    ["texts longer than the context", task({ maxTokens: { text: 8173 } }), "8173", "warning", /at most 8172 tokens are left.*holds 8192/, undefined],
    ["a label the data spell otherwise", task({ verbalizer: { hamm: " no", spam: " yes" } }), '"hamm"', "error", /mean "ham"/, '"ham"'],
    ["a label without words", task({ verbalizer: { ham: " no", other: " x" } }), '"verbalizer"', "error", /no words for the label "spam" \(train.tsv, line 3\)/, undefined],
    ["a label no row has", task({ verbalizer: { ham: " no", spam: " yes", unsure: " maybe" } }), '"unsure"', "warning", /No row of the data/, undefined],
  ])("point at %s", async (_, changes, marked, severity, message, replacement) => {
    const all = await problems(changes);
    const about = all.find(([underlined]) => underlined === marked);
    expect(about, JSON.stringify(all)).toEqual([marked, severity, expect.stringMatching(message), replacement]);
    expect(all.filter(([, kind]) => kind === "error").length).toBeLessThanOrEqual(marked === '"verbalizer"' ? 1 : severity === "error" ? 1 : 0);
  });

  it("refuse more virtual tokens and answer than the context holds", async () => {
    const generation = { dataset: data({ columns: { text: "message", output: "label" } }).dataset, task: { type: "generation", template: "{soft:900}{soft:1000}{soft:1000}{soft:1000}{text}", maxNewTokens: 1024 } };
    expect(await problems(generation)).toEqual([]);
    expect(await problems({ ...generation, ...{ task: { ...generation.task, maxTokens: { text: 4000 } } } })).toEqual([["4000", "warning", expect.stringContaining("3900 virtual tokens and the answer's 1024"), undefined]]);
  });

  it.each([
    ["{soft:64}{text}{label}", "classification", "The 64 virtual tokens leave no room"],
    ["{soft:40}{text}{output}", "generation", "The 40 virtual tokens and the answer's 64 leave no room"],
  ])("refuse a template that leaves no room: %s", (template, type, message) => {
    const source = text({ dataset: "spam-assassin", task: { type, template } });
    const { document, sections } = readExperimentText(source);
    const findings = new Findings(document!);
    checkLength(sections.task!, 64, findings);
    expect(findings.all.map(({ offset, length, message: said }) => [source.slice(offset, offset + length), said])).toEqual([[template.slice(0, 9), expect.stringContaining(message)]]);
  });

  it("do not need a whole experiment", async () => {
    const source = '{ "model": "smolm2-135m-instruct", "dataset": { "train": "none.tsv", "columns": {} } }';
    expect((await found(source)).map(({ path: at }) => at.join("/"))).toEqual(["model", "dataset/train"]);
    expect(await found("{")).toEqual([]);
  });

  it("keep their places inside the text, whatever one value becomes", async () => {
    const keys = fc.constantFrom("model", "dataset", "task", "method");
    await fc.assert(
      fc.asyncProperty(keys, fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.record({ path: fc.string() }), fc.record({ hub: fc.string() }), fc.record({ train: fc.string({ minLength: 1 }), columns: fc.dictionary(fc.string(), fc.string()) })), async (key, value) => {
        const source = text({ [key]: value });
        for (const { offset, length, message } of await found(source)) {
          expect(message).not.toBe("");
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset + length).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a row's length", () => {
  it("is at most the backbone's context", async () => {
    const { columns } = (right.dataset as { columns: object });
    const long = (task: object) => problems({ dataset: { train: "train.tsv", columns }, task: { ...(right.task as object), ...task } });
    expect(await long({ maxRowTokens: 256 })).toEqual([]);
    const [[place, severity, message]] = await long({ maxRowTokens: 100_000 });
    expect([place, severity]).toEqual(["100000", "warning"]);
    expect(message).toMatch(/^A row cannot be that long: the backbone's context holds \d+\.$/);
  });
});

describe("words and tags", () => {
  const labelling = (columns: object, verbalizer?: object) => ({ dataset: { train: "spans.jsonl", columns }, task: { type: "sequence-labelling", template: "{soft:2}{tokens}{tags}", verbalizer } });

  it("are right, and their types the verbalizer's", async () => {
    expect(await problems(labelling({ tokens: "w", tags: "s" }))).toEqual([]);
    expect(await problems(labelling({ tokens: "w", tags: "s" }, { loc: "place", per: "person" }))).toEqual([]);
  });

  it("must be as many as each other, and of types the verbalizer knows", async () => {
    expect(await problems(labelling({ tokens: "w", tags: "t" }))).toEqual([['"t"', "error", expect.stringMatching(/^spans\.jsonl, line 1: the row has 2 words and 1 tag\./), undefined]]);
    expect(await problems(labelling({ tokens: "w", tags: "s" }, { loc: "place", pre: "person" }))).toEqual([['"pre"', "error", 'The data have no label "pre". Did you mean "per"?', '"per"']]);
  });
});
