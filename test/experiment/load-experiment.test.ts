import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodeFor } from "../../src/common/errors.js";
import { ExperimentError } from "../../src/experiment/diagnostic.js";
import { experimentJsonSchema } from "../../src/experiment/json-schema.js";
import { loadExperiment } from "../../src/experiment/load-experiment.js";

const text = '{ "name": "a", "model": "m", "dataset": "s", "task": { "type": "classification", "template": "{text}{soft:3}" } }\n';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ptune-experiment-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileWith(content: string | Uint8Array): Promise<string> {
  const file = join(folder, "one.ptune.json");
  await writeFile(file, content);
  return file;
}

describe("loading an experiment", () => {
  it("returns the experiment, its file, folder and text", async () => {
    const file = await fileWith(text);
    expect(await loadExperiment(file)).toMatchObject({ file, folder: dirname(file), text, warnings: [], experiment: { name: "a", training: { steps: 300 } } });
  });

  it("throws all problems as one error with the place of the first", async () => {
    const wrong = text.replace('"a"', '"a b"').replace("{soft:3}", "");
    const column = wrong.indexOf('"{text}"') + 1;
    const file = await fileWith(wrong);
    const error: unknown = await loadExperiment(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExperimentError);
    expect(error).toMatchObject({ kind: "experiment", file, line: 1, column: 11, message: expect.stringMatching(new RegExp(`has 2 problems:\n  line 1, column 11, name: .*\n  line 1, column ${column}, task.template: `)) });
    expect((error as ExperimentError).diagnostics).toHaveLength(2);
    expect(exitCodeFor(error)).toBe(2);
  });

  it.each([
    ["no file", () => Promise.resolve(join(folder, "none.ptune.json")), "There is no such file."],
    ["a folder", () => Promise.resolve(folder), "It is a folder."],
    ["a file that is not UTF-8", () => fileWith(Uint8Array.of(0x7b, 0xff, 0x7d)), undefined],
    ["a file that is too large", () => fileWith(new Uint8Array(1024 * 1024 + 1).fill(0x20)), undefined],
  ])("says what is wrong with %s", async (_, make, reason) => {
    const error = await loadExperiment(await make()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "experiment", name: "PromptTuningError", ...(reason && { reason }) });
  });
});

describe("the JSON schema for editors", () => {
  interface SchemaNode {
    readonly description?: string;
    readonly properties?: Record<string, SchemaNode>;
    readonly anyOf?: SchemaNode[];
    readonly oneOf?: SchemaNode[];
    readonly items?: SchemaNode;
    readonly default?: unknown;
  }
  const schema = experimentJsonSchema() as SchemaNode & Record<string, unknown>;

  it("describes every key", () => {
    const undescribed: string[] = [];
    const visit = (node: SchemaNode, path: string) => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (!child.description && key !== "train" && key !== "validation" && key !== "test") undescribed.push(`${path}/${key}`);
        visit(child, `${path}/${key}`);
      }
      for (const child of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])]) visit(child, path);
    };
    visit(schema, "");
    expect(undescribed).toEqual([]);
  });

  it("holds the defaults and what is required", () => {
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema.required).toEqual(["name", "model", "dataset", "task"]);
    expect(schema.properties!.training.properties!.steps).toMatchObject({ default: 300, minimum: 1, type: "integer" });
    expect(schema.additionalProperties).toBe(false);
  });
});
