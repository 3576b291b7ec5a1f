import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePeftAdapter } from "../../src/adapter/peft-write.js";
import { listPrompts, summarizePrompt } from "../../src/adapter/prompt-summary.js";

const made = fileURLToPath(new URL("reference/tiny/", import.meta.url));
let root: string;
beforeEach(async () => void (root = await mkdtemp(path.join(tmpdir(), "prompts-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function own(name: string): string {
  const folder = path.join(root, name);
  writePeftAdapter(folder, {
    prompt: new Float32Array(8).fill(0.5),
    virtualTokens: 2,
    backbone: { name: "tiny", family: "llama", hiddenSize: 4, layers: 1, attentionHeads: 1, hash: "ab" },
    init: { type: "random" },
    task: { type: "classification", template: "{text}{soft:2}", head: "verbalizer", maxTokens: {} },
    labels: ["ham", "spam"],
    programVersion: "1",
  });
  return folder;
}

describe("a prompt in a list", () => {
  it("made by us tells its backbone, length, task and labels", async () => {
    expect(await summarizePrompt(own("a"))).toEqual({ path: path.join(root, "a"), name: "a", backbone: "tiny", virtualTokens: 2, width: 4, task: "classification", labels: ["ham", "spam"], changed: expect.any(Number) });
  });

  it("made by PEFT tells what its configuration says", async () => {
    const summary = await summarizePrompt(path.join(made, "prompt-tuning"));
    expect(summary).toMatchObject({ name: "prompt-tuning", virtualTokens: expect.any(Number), width: expect.any(Number) });
    expect(summary).not.toHaveProperty("problem");
  });

  it("says why it cannot be used", async () => {
    expect((await summarizePrompt(path.join(made, "lora"))).problem).toContain("LORA");
    const folder = own("a");
    writeFileSync(path.join(folder, "tuning.json"), "{");
    expect(await summarizePrompt(folder)).toMatchObject({ virtualTokens: 2, problem: expect.stringContaining("damaged") });
    rmSync(path.join(folder, "adapter_model.safetensors"));
    expect((await summarizePrompt(folder)).problem).toContain("missing");
  });

  it("never throws, whatever its files hold", async () => {
    const folder = own("a");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("adapter_config.json", "tuning.json"), fc.oneof(fc.string(), fc.json()), async (name, text) => {
        writeFileSync(path.join(folder, name), text);
        expect((await summarizePrompt(folder)).path).toBe(folder);
      }),
      { numRuns: 300 },
    );
  });

  it("is found beside others; work in progress, files and other folders are not prompts", async () => {
    own("b");
    cpSync(path.join(made, "p-tuning"), path.join(root, "a"), { recursive: true });
    own(".new-adapter-1");
    mkdirSync(path.join(root, "empty"));
    writeFileSync(path.join(root, "file"), "");
    expect((await listPrompts(root)).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await listPrompts(path.join(root, "none"))).toEqual([]);
  });
});
