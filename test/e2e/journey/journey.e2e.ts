import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readJournal } from "../../../src/runs/journal-reader.js";
import { HistoryBuilder, type RunHistory } from "../../../src/runs/run-history.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";
import { packageExtension } from "./package-extension.js";

/** A stranger's first hour: the packed extension is installed, the sample is run on the real SmolLM2, looked into, tried, exported and deleted. */
const folder = mkdtempSync(path.join(os.tmpdir(), "ptune-journey-"));
const workspace = mkdtempSync(path.join(folder, "workspace-"));
let code: VSCodePage;

beforeAll(async () => {
  code = await startHost({ workspace, extension: packageExtension(folder), userSettings: { "files.simpleDialog.enable": true } });
});
afterAll(async () => {
  await code?.close();
  rmSync(folder, { recursive: true, force: true });
});

const runsFolder = path.join(workspace, ".ptune", "runs");
const runs = (): string[] => (existsSync(runsFolder) ? readdirSync(runsFolder).filter((name) => !name.startsWith(".")) : []);
async function history(): Promise<RunHistory> {
  const builder = new HistoryBuilder();
  await readJournal(path.join(runsFolder, runs()[0], "journal.jsonl"), ({ event }) => builder.add(event));
  return builder.build();
}
const dismissAll = (): Promise<unknown> => code.evaluate((vscode) => vscode.commands.executeCommand("notifications.clearAll"));
const row = (description: RegExp, timeout: number): Promise<void> =>
  expect.poll(async () => (await code.treeRows("Runs")).map((each) => each.description), { timeout }).toContainEqual(expect.stringMatching(description));
/** The run's page, in front. */
async function runPage(): ReturnType<VSCodePage["webviewFrame"]> {
  await code.tab(/^spam-quick/).click();
  return code.webviewFrame(/^spam-quick/);
}
const press = async (button: string): Promise<void> => (await runPage()).locator("header vscode-button", { hasText: button }).click();
/** Points of the loss curve on the page; its canvas is drawn from them. */
async function points(): Promise<number> {
  const frame = await runPage();
  expect(Number(await frame.locator(".chart[data-drawn]").first().getAttribute("data-drawn"))).toBeGreaterThan(0);
  return Number(await frame.locator("[data-steps]").getAttribute("data-steps"));
}

it("runs the sample from the palette: it is in the sidebar, and its curve is drawn", async () => {
  await code.openSidebar();
  await code.runCommand("Prompt Tuning: Run Sample Experiment");
  await code.quickPick("Quick look");
  await row(/^step \d+\/60/, 600_000);
  await expect.poll(points, { timeout: 120_000 }).toBeGreaterThan(3);
}, 900_000);

it("is stopped, and every step so far is a point of the curve", async () => {
  await code.runCommand("Prompt Tuning: Stop Run");
  await row(/^stopped at step \d+\/60/, 60_000);
  const { steps, state } = await history();
  expect(state).toBe("stopped");
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.length).toBeLessThan(60);
  await expect.poll(points, { timeout: 20_000 }).toBe(steps.length);
});

it("is resumed in the same folder and finishes, better than without the prompt", async () => {
  await dismissAll();
  await code.inlineAction("Runs", /^seed 1/, "Resume Run");
  const told = await code.notification("with the learned prompt", 900_000);
  expect(runs()).toHaveLength(1);
  const { steps, result } = await history();
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(result?.status).toBe("succeeded");
  expect(result!.test!.accuracy!).toBeGreaterThan(result!.baselines["zero-shot"].accuracy!);
  expect(told.text).toContain(`${(result!.test!.accuracy! * 100).toFixed(1)} %`);
  await expect.poll(points, { timeout: 20_000 }).toBe(60);
  const frame = await code.webviewFrame(/^spam-quick/);
  expect(await frame.locator("header[data-state]").getAttribute("data-state")).toBe("succeeded");
}, 1_000_000);

it("shows the nearest tokens of each virtual token", async () => {
  await press("Inspect");
  const frame = await code.webviewFrame(/^Prompt of spam-quick/, 60_000);
  await frame.locator(".nearest tbody tr").nth(19).waitFor({ timeout: 120_000 });
  expect(await frame.locator(".nearest tbody tr").count()).toBe(20);
  // The prompt began as a sentence about spam, and 60 steps do not carry it far.
  expect((await frame.locator(".nearest tbody").innerText()).toLowerCase()).toContain("spam");
});

it("answers in the playground, beside the backbone alone", async () => {
  await press("Try It");
  const frame = await code.webviewFrame(/^Playground/, 120_000);
  await frame.locator(".examples button").first().click({ timeout: 180_000 });
  await frame.locator("article .probabilities").nth(1).waitFor({ timeout: 120_000 });
  const shares = await frame.locator("article").first().locator(".probabilities td.number").allInnerTexts();
  expect(shares.reduce((sum, share) => sum + Number.parseFloat(share), 0)).toBeCloseTo(100, 0);
}, 300_000);

it("exports the prompt for PEFT", async () => {
  const target = path.join(folder, "exported");
  await press("Export…");
  await code.quickPick(/^PEFT/);
  await code.quickInput.choosePath(target, "OK");
  await code.notification("Exported to", 60_000);
  expect(readdirSync(target)).toEqual(expect.arrayContaining(["adapter_config.json", "adapter_model.safetensors"]));
});

it("deletes the run", async () => {
  await dismissAll();
  await code.contextMenu("Runs", /^seed 1/, "Delete Run");
  await (await code.dialog()).button("Move to Trash");
  await expect.poll(async () => (runs().length > 0 ? (await code.page.locator(".monaco-dialog-box").count()) : -1), { timeout: 30_000 }).not.toBe(0);
  // Where there is no trash, it asks again.
  if (runs().length > 0) await (await code.dialog()).button("Delete Permanently");
  await expect.poll(runs, { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => code.tree("Runs").message(), { timeout: 30_000 }).toContain("No runs yet.");
});
