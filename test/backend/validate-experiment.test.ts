import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validateExperiment } from "../../src/backend/validate-experiment.js";

let folder: string;
const rows = (labels: readonly string[]): string => `text\tlabel\n${Array.from({ length: 40 }, (_, i) => `message ${i}\t${labels[i % labels.length]}`).join("\n")}\n`;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "validate-"));
  await writeFile(path.join(folder, "train.tsv"), rows(["ham", "spam"]));
  await writeFile(path.join(folder, "one-label.tsv"), rows(["ham"]));
  await writeFile(path.join(folder, "ragged.tsv"), `${rows(["ham", "spam"])}only one cell\n`);
  // The beginning is right; the last row has a label of its own, behind what a quick look sees.
  await writeFile(path.join(folder, "late.tsv"), `text\tlabel\n${Array.from({ length: 30_000 }, (_, i) => `message ${i}\t${i % 2 ? "ham" : "spam"}`).join("\n")}\nlast\tother\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tiny = fileURLToPath(new URL("../fixtures/tiny.gguf", import.meta.url));

async function problems(changes: { dataset?: object; task?: object; model?: unknown }, withModel = false) {
  const text = JSON.stringify({
    name: "a",
    model: changes.model ?? { path: tiny },
    dataset: { train: "train.tsv", columns: { text: "text", label: "label" }, ...changes.dataset },
    task: { type: "classification", template: "{text}{soft:4}:{label}", verbalizer: { ham: " no", spam: " yes" }, maxTokens: { text: 8 }, ...changes.task },
  });
  const found = await validateExperiment(path.join(folder, "a.ptune.json"), { runsRoot: path.join(folder, "runs"), cache: path.join(folder, "cache"), text, withModel });
  return found.map(({ path: at, offset, length, severity, message }) => ({ at: at.join("/"), marked: text.slice(offset, offset + length), severity, message }));
}

describe("validating an experiment", () => {
  it("finds nothing wrong with a right one, with its model", async () => {
    expect(await problems({})).toEqual([]);
    expect(await problems({}, true)).toEqual([]);
  });

  it.each([
    ["dataset/train", '"ragged.tsv"', { dataset: { train: "ragged.tsv" } }, /the row has 1 cells/],
    ["dataset/columns/label", '"label"', { dataset: { train: "one-label.tsv" }, task: { verbalizer: undefined } }, /same label/],
    ["task/verbalizer", '{"ham":" no","spam":" yes"}', { dataset: { train: "late.tsv" } }, /label "other" is not in the verbalizer/],
    ["dataset/columns/text", '"txt"', { dataset: { columns: { text: "txt", label: "label" } } }, /no column "txt"/],
  ])("points at %s for data that are wrong", async (at, marked, changes, message) => {
    expect(await problems(changes)).toEqual([{ at, marked, severity: "error", message: expect.stringMatching(message) }]);
  });

  it("points at the template that alone is longer than the backbone's context", async () => {
    const template = `${"word ".repeat(80)}{text}{soft:4}:{label}`;
    expect(await problems({ task: { template } }, true)).toEqual([{ at: "task/template", marked: JSON.stringify(template), severity: "error", message: expect.stringContaining("The template alone takes") }]);
  });

  it("points at the label whose words have the tokens of another's", async () => {
    // The space before {label} goes to words that have none.
    expect(await problems({ task: { verbalizer: { ham: "no", spam: " no" }, template: "{text}{soft:4}: {label}" } }, true)).toMatchObject([{ at: "task/verbalizer/spam", marked: '" no"', severity: "error" }]);
  });

  it("points at the model file that is none", async () => {
    await writeFile(path.join(folder, "bad.gguf"), "not a model");
    expect(await problems({ model: { path: "bad.gguf" } }, true)).toMatchObject([{ at: "model/path", marked: '"bad.gguf"', severity: "error" }]);
  });

  it("cannot be asked about a file that is not there", async () => {
    await expect(validateExperiment(path.join(folder, "none.ptune.json"), { runsRoot: folder })).rejects.toMatchObject({ kind: "experiment", reason: "There is no such file." });
  });
});
