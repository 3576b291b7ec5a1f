import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { workspace } from "../../cli/end-to-end/ptune.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** Where no folder is open, runs are kept in the extension's own storage and are listed all the same. */
let code: VSCodePage;
const work = workspace();

beforeAll(async () => {
  work.writeExperiment();
  code = await startHost({ workspace: null });
});
afterAll(async () => code?.close());

it("an experiment runs without a folder, is listed, and leaves nothing beside its file", async () => {
  await code.openSidebar();
  await expect.poll(() => code.tree("Runs").message(), { timeout: 30_000 }).toContain("No runs yet.");
  await code.evaluate((vscode, file) => void vscode.commands.executeCommand("promptTuning.runExperiment", vscode.Uri.file(file)), work.file("tiny.ptune.json"));
  await code.notification("with the learned prompt", 60_000);
  await expect.poll(async () => (await code.treeRows("Runs")).map(({ label }) => label), { timeout: 30_000 }).toEqual(["tiny", "seed 1"]);
  expect(existsSync(work.file(".ptune"))).toBe(false);
  // The paths of the kept experiment lead from the storage to the data.
  await code.contextMenu("Runs", "seed 1", "Rerun…");
  await code.quickPick("New seed");
  await expect.poll(async () => (await code.treeRows("Runs")).map(({ label }) => label), { timeout: 60_000 }).toEqual(["tiny", "seed 2", "seed 1"]);
});
