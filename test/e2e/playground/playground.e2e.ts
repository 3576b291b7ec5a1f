import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { predictRows } from "../../../src/backend/predict.js";
import { promptsOfRuns } from "./support.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** Journey 5 in a real window: a learned prompt is tried, exported, imported again, and answers the same. */
let code: VSCodePage;
const { here, runs } = promptsOfRuns();
const text = "free money offer 201";

beforeAll(async () => {
  await runs;
  code = await startHost({ workspace: here.folder, env: { PTUNE_CACHE: here.cache }, userSettings: { "files.simpleDialog.enable": true } });
}, 180_000);
afterAll(async () => {
  await code?.close();
  here.dispose();
});

const answers = async (reference: string): Promise<string[]> => {
  const [{ probabilities }] = await predictRows(reference, [{ text }], { runsRoot: here.runsRoot, cache: here.cache });
  return Array.from(probabilities!.values(), (probability) => `${(probability * 100).toFixed(1)}%`);
};
/** Waits for a step of the import. */
const step = (title: string): Promise<void> => code.quickInput.widget.locator(".quick-input-title", { hasText: title }).waitFor({ timeout: 30_000 });
const dismissAll = (): Promise<unknown> => code.evaluate((vscode) => vscode.commands.executeCommand("notifications.clearAll"));

it("a prompt is tried beside the backbone alone, and answers as the command line does", async () => {
  const [first] = await runs;
  await code.runCommand("Prompt Tuning: Try Prompt (Playground)");
  await code.quickInput.chooseSeveral([path.basename(first)]);
  const frame = await code.webviewFrame(/^Playground: spam/, 60_000);
  await frame.locator(".examples button", { hasText: text }).click({ timeout: 60_000 });
  await frame.locator(".probabilities").nth(2).waitFor({ timeout: 60_000 });
  const shown = await frame.locator("article").first().locator(".probabilities td.number").allInnerTexts();
  expect(shown).toEqual(await answers(first));
}, 180_000);

const fieldText = (frame: Awaited<ReturnType<VSCodePage["webviewFrame"]>>): Promise<string> =>
  frame.locator(".fields vscode-text-area").first().evaluate((area) => (area as unknown as { readonly value: string }).value);

it("a playground that was behind another editor has kept its text", async () => {
  await code.openFile("test.tsv");
  await expect.poll(() => code.visibleFrames().then((frames) => frames.length), { timeout: 30_000 }).toBe(0);
  await code.evaluate((vscode) => vscode.commands.executeCommand("workbench.action.closeActiveEditor"));
  const frame = await code.webviewFrame(/^Playground: spam/, 60_000);
  await expect.poll(() => fieldText(frame), { timeout: 60_000 }).toBe(text);
  await frame.locator("vscode-button", { hasText: "Answer" }).click();
  await frame.locator(".probabilities").nth(2).waitFor({ timeout: 60_000 });
}, 180_000);

it("after a reload the playground is there again and answers", async () => {
  await code.reload();
  const frame = await code.webviewFrame(/^Playground: spam/, 60_000);
  // How late a change of the page VS Code still keeps depends on how the window ends: here its prompts are what counts.
  await frame.locator(".examples button", { hasText: text }).click({ timeout: 60_000 });
  await frame.locator(".probabilities").nth(2).waitFor({ timeout: 60_000 });
}, 180_000);

it("a prompt is exported and imported again, and answers the same", async () => {
  const [first] = await runs;
  const target = path.join(here.folder, "taken.npy");
  await code.runCommand("Prompt Tuning: Export…");
  await code.quickPick(path.basename(first));
  await code.quickPick(/^NumPy array/);
  await code.quickInput.typePath(target, "OK");
  expect((await code.notification("Exported to", 60_000)).text).toContain("taken.npy");
  expect(existsSync(target)).toBe(true);
  await dismissAll();

  await code.runCommand("Prompt Tuning: Import Adapter…");
  await code.quickPick(/^A file…/);
  await code.quickInput.typePath(target, "Import");
  await step("(1/5)");
  await code.quickPick(/^One of a few labels/);
  await step("(2/5)");
  await code.typeInput(String.raw`Message: {text}\n{soft:4}Spam:{label}`);
  await step("(3/5)");
  await code.typeInput("ham = no, spam = yes");
  await step("(4/5)");
  await code.quickPick(/^A file…/);
  await code.quickInput.typePath(path.join(here.folder, "tiny.gguf"), "Use This Backbone");
  await step("(5/5)");
  await code.typeInput("taken");
  const told = await code.notification("Imported taken", 60_000);
  const folder = path.join(here.folder, ".ptune", "prompts", "taken");
  expect(JSON.parse(readFileSync(path.join(folder, "tuning.json"), "utf8")).task.verbalizer).toEqual({ ham: " no", spam: " yes" });
  expect(await answers(folder)).toEqual(await answers(first));
  await told.button("Try It");
  const frame = await code.webviewFrame("Playground: taken", 60_000);
  await frame.locator("h2", { hasText: "taken" }).waitFor({ timeout: 60_000 });
}, 240_000);
