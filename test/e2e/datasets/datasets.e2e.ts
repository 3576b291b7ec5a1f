import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyModel } from "../../backend/playground/tiny-runs.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** Journey 2 in a real window: a CSV is added with the palette, looked at, searched, split, and an experiment on it is made and run. */
const folder = mkdtempSync(path.join(os.tmpdir(), "ptune-datasets-"));
const description = path.join(folder, "messages.ptune-data.json");
const rows = 400;
let code: VSCodePage;

beforeAll(async () => {
  // A row with a line break, quotes, a formula and a character that reorders what is shown.
  const odd = '"=1+1, ""quoted""\nsecond line \u202egnol",spam';
  const plain = Array.from({ length: rows - 1 }, (_, at) => (at % 2 === 0 ? `see you at lunch ${at},ham` : `free money offer ${at},spam`));
  writeFileSync(path.join(folder, "messages.csv"), `message,class\n${[odd, ...plain].join("\n")}\n`);
  copyFileSync(tinyModel, path.join(folder, "tiny.gguf"));
  code = await startHost({ workspace: folder, env: { PTUNE_CACHE: path.join(folder, "cache") }, userSettings: { "files.simpleDialog.enable": true } });
}, 180_000);
afterAll(async () => {
  await code?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The editor's page: a custom editor gives its webview no title, and it is the only one. */
const page = (): Promise<Frame> => code.webviewFrame(/^/, 60_000);
/** The page is opened anew where its description changes: what is looked for is looked for in the page that is there. */
const shown = (look: (frame: Frame) => Promise<unknown>) => expect.poll(async () => look(await page()).catch(() => undefined), { timeout: 60_000 });
const described = (): { counts: { split: string; rows: number }[]; columns: { name: string; role?: string }[]; splits?: { type: string } } => JSON.parse(readFileSync(description, "utf8"));
const dismissAll = (): Promise<unknown> => code.evaluate((vscode) => vscode.commands.executeCommand("notifications.clearAll"));
const step = (title: string): Promise<void> => code.quickInput.widget.locator(".quick-input-title", { hasText: title }).waitFor();

it("a CSV is added with the palette, and its rows are shown", async () => {
  await code.runCommand("Prompt Tuning: Add Data Set…");
  await step("Add Data Set");
  await code.quickPick("messages.csv");
  await step("Add Data Set: messages.csv");
  await code.quickPick("Use These Columns");
  await step("Name of the Data Set");
  await code.typeInput("messages");
  await expect.poll(() => existsSync(description), { timeout: 60_000 }).toBe(true);
  expect(described().columns).toEqual([{ name: "message", role: "text" }, { name: "class", role: "label" }]);
  await shown((frame) => frame.locator("[data-total]").getAttribute("data-total")).toBe(String(rows));
  await shown((frame) => frame.locator("[role=grid]").getAttribute("aria-rowcount")).toBe(String(rows + 1));
  // Only what is in sight is in the document, harmless and as text.
  await shown((frame) => frame.locator("[role=row][aria-rowindex='2']").innerText()).toContain("=1+1");
  await shown((frame) => frame.locator("[role=row][aria-rowindex='2'] .escape", { hasText: "<U+202E>" }).count()).toBe(1);
  expect(await (await page()).locator("[role=row]").count()).toBeLessThan(100);
}, 180_000);

it("its last row is one key away", async () => {
  const frame = await page();
  await frame.locator("[role=grid]").press("Control+End");
  await shown((now) => now.locator(`[role=row][aria-rowindex='${rows + 1}']`).innerText()).toContain(`see you at lunch ${rows - 2}`);
  await shown((now) => now.locator("#row-detail h2").getAttribute("data-row")).toBe(String(rows - 1));
});

it("rows are searched and filtered by their label", async () => {
  const matching = () => shown((frame) => frame.locator("[data-matching]").getAttribute("data-matching"));
  const search = async (text: string): Promise<void> => (await page()).locator("vscode-text-field", { hasText: "Search" }).locator("input").fill(text);
  await search("lunch 10");
  // 10, 100, 102, 104, 106, 108.
  await matching().toBe("6");
  await search("");
  await matching().toBe(String(rows));
});

it("the data set is in the sidebar with its rows and labels", async () => {
  await code.openSidebar();
  await code.tree("Data Sets").find("messages");
  await expect.poll(async () => (await code.treeRows("Data Sets")).find(({ label }) => label === "messages")?.description, { timeout: 30_000 }).toBe("400 rows · ham 200, spam 200");
});

it("is split, and the page shows the splits", async () => {
  await dismissAll();
  await code.runCommand("Prompt Tuning: Split Data Set…");
  await step("Split Data Set");
  await code.quickPick("Stratified");
  await step("Shares of Train");
  await code.typeInput("60 / 20 / 20");
  await step("Seed");
  await code.typeInput("1");
  await expect.poll(() => described().counts.map(({ split, rows: count }) => [split, count]), { timeout: 60_000 }).toEqual([["train", 240], ["validation", 80], ["test", 80]]);
  await shown((frame) => frame.locator(".facts").innerText()).toContain("validation: 80");
});

it("its duplicates and leaks are found", async () => {
  await code.runCommand("Prompt Tuning: Find Duplicates and Leaks");
  await shown((frame) => frame.locator("[data-repeats]").innerText()).toContain("Characters that reorder what is shown");
});

it("a new experiment on it is written, opened and run with its lens", async () => {
  await dismissAll();
  await code.runCommand("Prompt Tuning: New Experiment from Data Set…");
  await step("Name of the Experiment");
  await code.typeInput("from-data");
  await step("Backbone of the Experiment");
  await code.quickPick(/^A file…/);
  await code.quickInput.choosePath(path.join(folder, "tiny.gguf"), "Use This Backbone");
  const file = path.join(folder, "from-data.ptune.json");
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('"description": "messages.ptune-data.json"');
  expect(text).toContain('"verbalizer": { "ham": " ham", "spam": " spam" }');
  await code.tab("from-data.ptune.json").waitFor();
  // As quick as a test may be: the person changes the number of steps.
  await code.evaluate(async (vscode, name) => {
    const document = await vscode.workspace.openTextDocument(name);
    const at = document.getText().indexOf('"steps": 300');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + '"steps": 300'.length)), '"steps": 20');
    await vscode.workspace.applyEdit(edit);
    await document.save();
  }, file);
  await code.codeLens(/Run$/).click();
  await expect.poll(async () => (await code.treeRows("Runs")).map(({ label, description: about }) => `${label} ${about}`), { timeout: 180_000 }).toContainEqual(expect.stringMatching(/accuracy|%/));
}, 300_000);
