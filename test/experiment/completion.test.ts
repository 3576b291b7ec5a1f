import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peekTable } from "../../src/data/peek-table.js";
import { completeExperiment } from "../../src/experiment/completion/complete.js";
import { factsOf } from "../../src/experiment/completion/facts.js";
import { JsonDocument } from "../../src/experiment/json-document.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "complete-"));
  await mkdir(path.join(folder, "data"));
  await mkdir(path.join(folder, ".hidden"));
  await writeFile(path.join(folder, "train.tsv"), "message\tsubject line\tclass\na\tb\tham\nc\td\tspam\ne\tf\tspam\n");
  await writeFile(path.join(folder, "data", "dev.jsonl"), "{}\n");
  await writeFile(path.join(folder, "spans.jsonl"), '{"words":["in","Rome"],"slots":["O","B-loc"]}\n{"words":["Ann"],"slots":["B-per"]}\n');
  await writeFile(path.join(folder, ".hidden", "no.tsv"), "");
  await writeFile(path.join(folder, "other.ptune.json"), "{}");
  await writeFile(path.join(folder, "tiny.gguf"), "");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is offered at "|", as [label, the text with it put in]. */
async function offered(marked: string): Promise<[string, string][]> {
  const cursor = marked.indexOf("|");
  const text = marked.slice(0, cursor) + marked.slice(cursor + 1);
  const found = await completeExperiment(text, cursor, factsOf(new JsonDocument(text).value(), folder, peekTable));
  return found.map(({ label, insert, offset, length }) => [label, text.slice(0, offset) + insert + text.slice(offset + length)]);
}
const labels = async (marked: string) => (await offered(marked)).map(([label]) => label);
const data = '"dataset": { "train": "train.tsv", "columns": { "text": "message", "label": "class" } }';

describe("completion in an experiment", () => {
  it("offers the columns of the data", async () => {
    expect(await offered('{ "dataset": { "train": "train.tsv", "columns": { "text": | } } }')).toEqual(
      ["message", "subject line", "class"].map((name) => [name, `{ "dataset": { "train": "train.tsv", "columns": { "text": "${name}" } } }`]),
    );
    expect((await offered('{ "dataset": { "train": "train.tsv", "columns": { "text": "me|s" } } }'))[0][1]).toBe('{ "dataset": { "train": "train.tsv", "columns": { "text": "message" } } }');
    expect(await labels('{ "dataset": { "train": "none.tsv", "columns": { "text": | } } }')).toEqual([]);
  });

  it("offers the template's slots for columns, and for maxTokens without the answer", async () => {
    const task = '"task": { "type": "classification", "template": "{text} {soft:5} {{no}} {from}" }';
    expect(await offered(`{ ${task}, "dataset": { "columns": { "text": "a", | } } }`)).toEqual([
      ["from", `{ ${task}, "dataset": { "columns": { "text": "a", "from": "from" } } }`],
      ["label", `{ ${task}, "dataset": { "columns": { "text": "a", "label": "label" } } }`],
    ]);
    expect(await labels('{ "task": { "template": "{text}{soft:5}", "maxTokens": { | } } }')).toEqual(["text"]);
  });

  it("offers labels of the data, the most frequent first, without those that are there", async () => {
    expect(await offered(`{ ${data}, "task": { "verbalizer": { | } } }`)).toEqual([
      ["spam", `{ ${data}, "task": { "verbalizer": { "spam": " spam" } } }`],
      ["ham", `{ ${data}, "task": { "verbalizer": { "ham": " ham" } } }`],
    ]);
    expect(await labels(`{ ${data}, "task": { "verbalizer": { "ham": " no", | } } }`)).toEqual(["spam"]);
    expect(await labels('{ "dataset": "spam-assassin", "task": { "verbalizer": { "|" } } }')).toEqual(["ham", "spam"]);
    expect((await offered(`{ ${data}, "task": { "verbalizer": { "h|": " no" } } }`)).map(([, text]) => text)).toContain(`{ ${data}, "task": { "verbalizer": { "ham": " no" } } }`);
  });

  it("offers slots inside a template", async () => {
    expect(await offered(`{ ${data}, "task": { "type": "classification", "template": "Message: {te|} now" } }`)).toEqual(
      ["{text}", "{soft:20}", "{label}", "{mask}"].map((slot) => [slot, `{ ${data}, "task": { "type": "classification", "template": "Message: ${slot} now" } }`]),
    );
    expect((await offered('{ "task": { "type": "generation", "template": "a|b" } }')).at(-1)).toEqual(["{output}", '{ "task": { "type": "generation", "template": "a{output}b" } }']);
    expect(await labels('{ "dataset": { "train": "train.tsv" }, "task": { "template": "{|" } }')).toEqual(["{message}", "{class}", "{soft:20}", "{label}", "{mask}"]);
    expect((await offered('{ "task": { "template": "{{|" } }'))[0][1]).toBe('{ "task": { "template": "{{{soft:20}" } }');
  });

  it("offers models with their sizes, samples and files", async () => {
    expect(await offered('{ "model": | }')).toEqual(["smollm2-135m-instruct", "gemma-3-270m", "all-minilm-l6-v2"].map((name) => [name, `{ "model": "${name}" }`]));
    const [model] = await completeExperiment('{ "model": "" }', 12, factsOf({}, folder, peekTable));
    expect(model.detail).toMatch(/98 MB.*8192 tokens/);
    expect(await labels('{ "dataset": "|" }')).toEqual(["spam-assassin"]);
    expect(await labels('{ "dataset": { "sample": "|" } }')).toEqual(["spam-assassin"]);
    expect(await labels('{ "dataset": { "train": "|" } }')).toEqual(["spans.jsonl", "train.tsv", "data/dev.jsonl"]);
    expect(await labels('{ "model": { "path": | } }')).toEqual(["tiny.gguf"]);
  });

  it("has nothing of its own to offer elsewhere", async () => {
    expect(await labels('{ "name": "|" }')).toEqual([]);
    expect(await labels('{ | }')).toEqual([]);
    expect(await labels('{ "training": { "steps": | } }')).toEqual([]);
  });

  it("offers the types of spans, the slots of sequence labelling, and the slots that may be cut", async () => {
    const spans = '"dataset": { "train": "spans.jsonl", "columns": { "tokens": "words", "tags": "slots", "context": "c" } }';
    const labelling = (task: string) => `{ ${spans}, "task": { "type": "sequence-labelling", ${task} } }`;
    expect(await offered(labelling('"verbalizer": { | }'))).toEqual(["loc", "per"].map((type) => [type, labelling(`"verbalizer": { "${type}": "${type}" }`)]));
    expect(await labels(labelling('"template": "{|}"'))).toEqual(["{tokens}", "{context}", "{soft:20}", "{tags}"]);
    expect(await labels(labelling('"template": "{context}{tokens}{soft:3}{tags}", "cut": [|]'))).toEqual(["context", "tokens"]);
    // In another task a column may be called so.
    expect(await labels('{ "dataset": { "train": "t.tsv", "columns": { "tags": "t", "label": "l" } }, "task": { "type": "classification", "template": "{|}" } }')).toEqual(["{tags}", "{soft:20}", "{label}", "{mask}"]);
  });

  it("never throws and stays inside the text, at any cursor of any text", async () => {
    const whole = `{ ${data}, "model": { "path": "a" }, "task": { "type": "classification", "template": "{text}{soft:20}\\n{{x}}", "verbalizer": { "ham": " no" }, "maxTokens": { "text": 5 } } }`;
    const facts = { columns: async () => ["a\"b", "ä"], values: async () => ["x", "\u202e"], rows: async () => [], files: async () => ["t.tsv"] };
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[[\]{}":,\\/*\n a-e0-9.]{0,80}$/),
      fc.tuple(fc.nat(whole.length), fc.nat(whole.length), fc.string({ maxLength: 4 })).map(([from, to, put]) => whole.slice(0, from) + put + whole.slice(to)),
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(), async (text, seed) => {
        const cursor = seed % (text.length + 1);
        for (const { offset, length, label, insert } of await completeExperiment(text, cursor, facts)) {
          expect(label).not.toBe("");
          expect(insert).not.toBe("");
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(cursor);
          expect(offset + length).toBeLessThanOrEqual(text.length);
          expect(offset + length).toBeGreaterThanOrEqual(cursor);
        }
      }),
      { numRuns: 3000 },
    );
    expect(await completeExperiment("[".repeat(100_000), 50_000, facts)).toEqual([]);
  });
});
