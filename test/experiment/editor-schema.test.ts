import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { getLanguageService, TextDocument } from "vscode-json-languageservice";
import { experimentSchemaText } from "../../scripts/lib/json-schemas.mjs";
import { editorJsonSchema } from "../../src/experiment/editor-schema.js";
import { experimentJsonSchema } from "../../src/experiment/json-schema.js";

const service = getLanguageService({});
const uri = "file:///a.ptune.json";
const use = (schema: Record<string, unknown>) => service.configure({ allowComments: true, schemas: [{ uri: "s", fileMatch: ["*.ptune.json"], schema }] });

/** The text with "|" where the cursor is. */
function at(text: string) {
  const offset = text.indexOf("|");
  const document = TextDocument.create(uri, "jsonc", 1, text.slice(0, offset) + text.slice(offset + 1));
  return { document, position: document.positionAt(offset), parsed: service.parseJSONDocument(document) };
}
async function completions(text: string): Promise<string[]> {
  const { document, position, parsed } = at(text);
  return (await service.doComplete(document, position, parsed))!.items.map(({ label }) => label);
}
async function problems(text: string): Promise<string[]> {
  const { document, parsed } = at(`${text}|`);
  return (await service.doValidation(document, parsed, { comments: "ignore", trailingCommas: "ignore" })).map(({ message }) => String(message));
}

const demo = readFileSync(new URL("../../media/demo/spam.ptune.json", import.meta.url), "utf8");

describe("the strict schema", () => {
  it("accepts the demo's experiment and refuses a wrong one", async () => {
    use(experimentJsonSchema());
    expect(await problems(demo)).toEqual([]);
    expect(await problems(demo.replace('"steps"', '"stps"'))).toHaveLength(1);
    expect(await problems(demo.replace('"model"', '"modle"'))).toHaveLength(2);
  });
});

describe("the editor's schema", () => {
  it("accepts the demo's experiment and says nothing that the extension says itself", async () => {
    use(editorJsonSchema());
    expect(await problems(demo)).toEqual([]);
    for (const [from, to] of [
      ['"steps"', '"stps"'],
      ['"steps": 300', '"steps": 0'],
      ['"type": "text"', '"type": "txt"'],
      ['"metric": "loss"', '"metric": "los"'],
      ['"model"', '"modle"'],
      ['"name": "spam"', '"name": "a b"'],
    ])
      expect(await problems(demo.replace(from, to)), to).toEqual([]);
  });

  it("is what the build writes, and what the manifest names", async () => {
    expect(JSON.parse(await experimentSchemaText())).toEqual(editorJsonSchema());
    const { contributes } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { contributes: { jsonValidation: object[] } };
    expect(contributes.jsonValidation).toContainEqual({ fileMatch: "*.ptune.json", url: "./out/experiment.schema.json" });
  });

  it("offers keys, of a shape that is chosen only its own", async () => {
    expect(await completions("{ | }")).toEqual(expect.arrayContaining(["name", "model", "dataset", "task", "method", "training", "evaluation"]));
    expect(await completions('{ "training": { | } }')).toEqual(expect.arrayContaining(["steps", "learningRate", "seed"]));
    expect(await completions('{ "method": { "init": { "type": "text", | } } }')).toEqual(["text"]);
    expect(await completions('{ "method": { "init": { "type": "sampled-vocabulary", | } } }')).toEqual(["mostCommon"]);
    expect(await completions('{ "task": { "type": "generation", | } }')).toEqual(expect.arrayContaining(["maxNewTokens"]));
    expect(await completions('{ "task": { "type": "generation", | } }')).not.toContain("verbalizer");
  });

  it("offers values: choices, kinds of initialisation", async () => {
    expect(await completions('{ "training": { "optimizer": | } }')).toEqual(expect.arrayContaining(['"adamw"', '"adafactor"', '"sgd"']));
    expect(await completions('{ "method": { "init": { "type": | } } }')).toEqual(expect.arrayContaining(['"random"', '"text"', '"class-labels"']));
  });

  it.each([
    ['{ "training": { "ste|ps": 1 } }', "Optimiser steps. 1 to 10000000."],
    ['{ "method": { "init": { "type": "text", "te|xt": "a" } } }', "The text to begin with."],
    ['{ "task": { "type": "classification", "verb|alizer": {} } }', "Label → words."],
    ['{ "mod|el": "a" }', "A name of the catalogue"],
  ])("explains %s", async (text, words) => {
    const { document, position, parsed } = at(text);
    const hover = await service.doHover(document, position, parsed);
    // Escaped for Markdown.
    expect((hover?.contents as string[]).join().replaceAll("\\", "")).toContain(words);
  });
});
