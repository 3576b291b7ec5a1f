import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { test } from "./suite.js";

/** Wrong in its text (a key) and on the disk (model, data): only the first is looked at here. */
const experiment = { name: "a", model: { path: "none.gguf" }, dataset: { train: "none.tsv", columns: { text: "t", label: "l" } }, task: { type: "classification", template: "{text}{soft:5}" }, training: { stps: 3 } };

test("of an experiment only the text is checked, and it cannot be run", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "restricted-"));
  try {
    await vscode.extensions.getExtension("prompt-tuning-lab.prompt-tuning-lab")?.activate();
    const file = path.join(folder, "a.ptune.json");
    await writeFile(file, JSON.stringify(experiment));
    const document = await vscode.workspace.openTextDocument(file);
    const own = (): string[] => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "Prompt Tuning").map(({ range }) => document.getText(range));
    for (let tries = 0; own().length === 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(own(), ['"stps"']);
    const lenses = (await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri)).map(({ command }) => command?.command);
    assert.deepEqual(lenses, ["promptTuning.validateExperiment"]);
    await assert.rejects(async () => vscode.lm.invokeTool("promptTuning_start_run", { input: { experiment: "a.ptune.json" }, toolInvocationToken: undefined }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
