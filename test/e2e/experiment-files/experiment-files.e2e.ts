import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { projectFolder, startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

const experiment = {
  name: "mails",
  model: { path: "tiny.gguf" },
  dataset: { train: "train.tsv", columns: { text: "mesage", label: "label" } },
  task: { type: "classification", template: "{text}{soft:4}:{label}", verbalizer: { ham: " no", spam: " yes" }, maxTokens: { text: 8 } },
  training: { steps: 4, optimiser: "adamw" },
};

let folder: string;
let code: VSCodePage;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "experiment-files-"));
  await writeFile(path.join(folder, "train.tsv"), `message\tlabel\n${Array.from({ length: 40 }, (_, i) => `text ${i}\t${i % 2 ? "ham" : "spam"}`).join("\n")}\n`);
  await writeFile(path.join(folder, "mails.ptune.json"), `${JSON.stringify(experiment, null, 2)}\n`);
  await writeFile(path.join(folder, "tiny.gguf"), await readFile(path.join(projectFolder, "test/fixtures/tiny.gguf")));
  const imported = path.join(folder, ".ptune", "prompts", "from-elsewhere");
  await mkdir(imported, { recursive: true });
  for (const name of ["adapter_config.json", "adapter_model.safetensors"]) await writeFile(path.join(imported, name), await readFile(path.join(projectFolder, "test/adapter/reference/tiny/prompt-tuning", name)));
  code = await startHost({ workspace: folder, env: { PTUNE_CACHE: path.join(folder, "cache") } });
});
afterAll(async () => {
  await code?.close();
  await rm(folder, { recursive: true, force: true });
});

const uri = () => path.join(folder, "mails.ptune.json");
const problems = () =>
  code.evaluate((vscode, file) => {
    const document = vscode.workspace.textDocuments.find(({ fileName }) => fileName === file)!;
    return vscode.languages.getDiagnostics(vscode.Uri.file(file)).map(({ source, range, message }) => ({ source, text: document.getText(range), message }));
  }, uri());
/** Waits until the problems are as they should be. */
const expectProblems = (check: (found: { source?: string; text: string; message: string }[]) => void) => vi.waitFor(async () => check(await problems()), { timeout: 20_000, interval: 200 });

it("underlines what is wrong at its place, once", async () => {
  await code.openFile("mails.ptune.json");
  await expectProblems((found) => {
    expect(found).toEqual([
      { source: "Prompt Tuning", text: '"mesage"', message: expect.stringContaining('Did you mean "message"?') },
      { source: "Prompt Tuning", text: '"optimiser"', message: expect.stringContaining('Did you mean "optimizer"?') },
    ]);
  });
});

it("corrects it by a quick fix", async () => {
  for (const wrong of ['"optimiser"', '"mesage"']) {
    const fix = (): Promise<string | undefined> =>
      code.evaluate(
        async (vscode, { file, wrong }) => {
          const document = await vscode.workspace.openTextDocument(file);
          const at = document.positionAt(document.getText().indexOf(wrong));
          const actions = await vscode.commands.executeCommand<import("vscode").CodeAction[]>("vscode.executeCodeActionProvider", document.uri, new vscode.Range(at, at), "quickfix");
          const found = actions.find(({ title }) => title.startsWith("Change to"));
          if (found) await vscode.workspace.applyEdit(found.edit!);
          return found?.title;
        },
        { file: uri(), wrong },
      );
    // A problem reaches the window, which asks for its fixes, a moment after it was told.
    await expect.poll(fix, { timeout: 30_000 }).toBe(wrong === '"mesage"' ? 'Change to "message"' : 'Change to "optimizer"');
    // The next problem's fix belongs to the text as it is now.
    await expectProblems((found) => expect(found.map(({ text }) => text)).toEqual(wrong === '"optimiser"' ? ['"mesage"'] : []));
  }
});

it("shows Run and Validate above the file, and explains and completes what stands in it", async () => {
  await code.codeLens(/Run$/).waitFor();
  await code.codeLens("Validate").waitFor();
  const offered = await code.evaluate(async (vscode, file) => {
    const document = await vscode.workspace.openTextDocument(file);
    const text = document.getText();
    const labelsAt = async (part: string): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<import("vscode").CompletionList>("vscode.executeCompletionItemProvider", document.uri, document.positionAt(text.indexOf(part) + part.length));
      return list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    };
    return { columns: await labelsAt('"text": "'), slots: await labelsAt('"template": "{') };
  }, uri());
  expect(offered.columns).toEqual(expect.arrayContaining(["message", "label"]));
  expect(offered.slots).toEqual(expect.arrayContaining(["{text}", "{soft:20}", "{label}"]));
  const hover = () =>
    code.evaluate(async (vscode, file) => {
      const document = await vscode.workspace.openTextDocument(file);
      const hovers = await vscode.commands.executeCommand<import("vscode").Hover[]>("vscode.executeHoverProvider", document.uri, document.positionAt(document.getText().indexOf('"steps"') + 2));
      return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join();
    }, uri());
  // VS Code's own JSON support loads the schema by itself, a moment later.
  await expect.poll(hover, { timeout: 30_000 }).toContain("Optimiser steps");
});

it("validates with the data, then with the model", async () => {
  await code.evaluate((vscode) => vscode.workspace.saveAll());
  await code.runCommand("Prompt Tuning: Validate Experiment");
  const right = await code.notification("mails.ptune.json is right.");
  await right.button("Check with the Model");
  await code.notification("Backbone, template and labels fit each other.", 60_000);
});

it("lists the data, the imported prompt and the backbones", async () => {
  await code.openSidebar("Prompt Tuning");
  const row = async (view: string, label: string) => vi.waitFor(async () => {
    const found = (await code.treeRows(view)).find((shown) => shown.label === label);
    expect(found, `${view}: ${label}`).toBeDefined();
    return found!;
  }, { timeout: 20_000 });
  expect((await row("Prompts", "from-elsewhere")).description).toMatch(/virtual token/);
  expect((await row("Data Sets", "train.tsv")).description).toBe("mails");
  expect((await row("Data Sets", "train")).description).toMatch(/train\.tsv · message, label/);
  expect((await row("Backbones", "smollm2-135m-instruct")).description).toMatch(/98 MB, not downloaded/);
  // Looking at all of this needed no model: nothing was put into the cache but what validation with a local file keeps.
  expect(await code.evaluate((vscode) => vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith("promptTuning_")))).toEqual(["promptTuning_list_runs", "promptTuning_get_run", "promptTuning_start_run"]);
});

it("answers a language model", async () => {
  const answer = await code.evaluate(async (vscode) => {
    const result = await vscode.lm.invokeTool("promptTuning_list_runs", { input: {}, toolInvocationToken: undefined });
    return (result.content[0] as { value: string }).value;
  });
  expect(JSON.parse(answer)).toEqual({ total: 0, runs: [] });
});

it("writes a new experiment from a data file", async () => {
  await code.runCommand("Prompt Tuning: New Experiment File");
  await code.quickPick("train.tsv");
  await code.quickPick("label");
  await code.typeInput("fresh");
  await vi.waitFor(async () => expect(await readFile(path.join(folder, "fresh.ptune.json"), "utf8")).toContain('"message": "message"'), { timeout: 20_000 });
  await vi.waitFor(async () => {
    const found = await code.evaluate((vscode, file) => vscode.languages.getDiagnostics(vscode.Uri.file(file)).map(({ message }) => message), path.join(folder, "fresh.ptune.json"));
    expect(found).toEqual([]);
  }, { timeout: 20_000 });
});
