import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeFiles } from "../../src/data/description/describe-files.js";
import { writeDescription } from "../../src/data/description/write-description.js";
import { checkFiles } from "../../src/experiment/checks/check-files.js";
import { completeExperiment } from "../../src/experiment/completion/complete.js";
import { factsOf } from "../../src/experiment/completion/facts.js";
import { readExperimentText } from "../../src/experiment/load-experiment.js";
import { namedData } from "../../src/experiment/named-data.js";
import { withPathsRelativeTo } from "../../src/experiment/relative-paths.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-check-data-"));
  await writeFile(path.join(folder, "mails.csv"), "message,class\na,ham\nb,spam\n");
  const { description } = await describeFiles([{ path: path.join(folder, "mails.csv") }], { name: "mails", folder, cache: folder });
  writeDescription(path.join(folder, "mails.ptune-data.json"), description, { overwrite: false });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const experiment = (dataset: object, task: object = {}): string =>
  JSON.stringify({ name: "e", model: "smollm2-135m-instruct", dataset, task: { type: "classification", template: "{soft:4}{text}\n{label}", verbalizer: { ham: " no", spam: " yes" }, ...task } });
const problems = async (text: string): Promise<string[]> => (await checkFiles(readExperimentText(text), folder)).map(({ message }) => message);

describe("an experiment that names a description", () => {
  it("is right where the roles say what the template asks for", async () => {
    expect(await problems(experiment({ description: "mails.ptune-data.json" }))).toEqual([]);
    expect(await problems(experiment({ description: "mails.ptune-data.json" }, { template: "{soft:4}{message}\n{label}" }))).toEqual([]);
  });

  it.each([
    [{ description: "absent.ptune-data.json" }, {}, /There is no file/],
    [{ description: "mails.csv" }, {}, /is not JSON/],
    [{ description: "mails.ptune-data.json" }, { template: "{soft:4}{mesage}\n{label}" }, /no column for the slot {mesage}.*{message}/],
    [{ description: "mails.ptune-data.json", columns: { text: "body" } }, {}, /no column "body"/],
    [{ description: "mails.ptune-data.json" }, { verbalizer: { ham: " no", spm: " yes" } }, /no label "spm". Did you mean "spam"/],
    [{ description: "mails.ptune-data.json" }, { type: "generation", template: "{soft:4}{text}\n{output}", verbalizer: undefined }, /which column is the output/],
  ])("says what is wrong with %j and %j", async (dataset, task, message) => {
    expect((await problems(experiment(dataset, task))).join("\n")).toMatch(message);
  });

  it("tells that a file has changed", async () => {
    await writeFile(path.join(folder, "changing.csv"), "message,class\na,ham\nb,spam\n");
    const { description } = await describeFiles([{ path: path.join(folder, "changing.csv") }], { name: "c", folder, cache: folder });
    writeDescription(path.join(folder, "changing.ptune-data.json"), description, { overwrite: false });
    await writeFile(path.join(folder, "changing.csv"), "message,class\na,ham\n");
    expect((await problems(experiment({ description: "changing.ptune-data.json" }))).join()).toMatch(/changing.csv.*has changed/);
  });

  it("is named by its description, moves with its paths, and is completed", async () => {
    const text = experiment({ description: "mails.ptune-data.json" });
    expect(namedData(text, folder)).toMatchObject({ name: "mails", description: path.join(folder, "mails.ptune-data.json"), files: [] });
    const { experiment: read } = readExperimentText(text);
    expect(withPathsRelativeTo(read!, folder, path.join(folder, "runs", "a")).dataset).toMatchObject({ description: "../../mails.ptune-data.json" });
    const open = '{ "dataset": { "description": "" } }';
    const found = await completeExperiment(open, open.indexOf('""') + 1, factsOf({}, folder, async () => undefined));
    expect(found.map(({ label }) => label)).toContain("mails.ptune-data.json");
  });
});
