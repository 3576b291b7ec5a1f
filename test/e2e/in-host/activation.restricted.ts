import assert from "node:assert/strict";
import * as vscode from "vscode";
import { test } from "./suite.js";

const id = "prompt-tuning-lab.prompt-tuning-lab";

test("the workspace is not trusted here", () => {
  assert.equal(vscode.workspace.isTrusted, false);
});

test("the extension activates to look at what is there", async () => {
  const extension = vscode.extensions.getExtension(id);
  assert.ok(extension, `${id} is not enabled`);
  await extension.activate();
  assert.equal(extension.isActive, true);
});
