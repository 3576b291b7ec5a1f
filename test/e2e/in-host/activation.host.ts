import assert from "node:assert/strict";
import * as vscode from "vscode";
import { test } from "./suite.js";

const id = "prompt-tuning-lab.prompt-tuning-lab";

interface Manifest {
  readonly contributes: { readonly commands: ReadonlyArray<{ command: string; title: string; category: string }> };
}

test("the extension activates", async () => {
  const extension = vscode.extensions.getExtension(id);
  assert.ok(extension, `${id} is not installed`);
  await extension.activate();
  assert.equal(extension.isActive, true);
});

test("every contributed command is registered", async () => {
  await vscode.extensions.getExtension(id)?.activate();
  const registered = new Set(await vscode.commands.getCommands(true));
  const manifest = vscode.extensions.getExtension(id)?.packageJSON as Manifest;
  const missing = manifest.contributes.commands.map(({ command }) => command).filter((command) => !registered.has(command));
  assert.deepEqual(missing, []);
});

test("every string of the manifest has a text", () => {
  const manifest: unknown = vscode.extensions.getExtension(id)?.packageJSON;
  assert.deepEqual(JSON.stringify(manifest).match(/"%[\w.]+%"/g) ?? [], []);
});

test("the workspace is trusted here", () => {
  assert.equal(vscode.workspace.isTrusted, true);
});
