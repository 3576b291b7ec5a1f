import { appendFileSync, cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeRecord } from "../../../src/runs/journal-format.js";
import type { RunEvent } from "../../../src/runs/events.js";
import { spam, TinyRuns } from "../../backend/playground/tiny-runs.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** A run's page in a real window: opened, followed while it is written, hidden and shown, restored. */
let code: VSCodePage;
const here = new TinyRuns();
let finished: string;
let cutOff: string;
let sequence = 0;

const write = (events: readonly RunEvent[]): Buffer => Buffer.concat(events.map((event) => encodeRecord({ sequence: ++sequence, time: new Date().toISOString(), event })));
const steps = (from: number, to: number): RunEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ type: "step", step: from + i, steps: 500, epoch: 0, loss: 1 / (from + i), learningRate: 0.01, gradientNorm: 1, samplesPerSecond: 10, secondsLeft: null }));
const open = (run: string): Promise<unknown> => code.evaluate((vscode, path) => vscode.commands.executeCommand("promptTuning.openRun", path), run);
/** Points of a run's curve, in the page as it is now: a page that is shown again is another frame. */
const points = async (run: string): Promise<string | null> => {
  const frame = await code.webviewFrame(path.basename(run));
  return frame.locator(".chart").first().getAttribute("data-points", { timeout: 1000 }).catch(() => null);
};
const tabs = (): Promise<number> => code.evaluate((vscode) => vscode.window.tabGroups.all.flatMap((group) => group.tabs).length);

beforeAll(async () => {
  finished = await here.train(spam({ seed: 1 }));
  cutOff = `${path.dirname(finished)}/spam-20260101-000000-00abcd`;
  cpSync(finished, cutOff, { recursive: true });
  writeFileSync(path.join(cutOff, "journal.jsonl"), write([{ type: "state", state: "running" }, ...steps(1, 50)]));
  code = await startHost({ workspace: here.folder, env: { PTUNE_CACHE: here.cache } });
});
afterAll(async () => {
  await code?.close();
  here.dispose();
});

it("opens a run with its result, draws its curve, and opens it once", async () => {
  await open(finished);
  const frame = await code.webviewFrame(path.basename(finished));
  await frame.locator("table.bars tr.learned").waitFor();
  await frame.getByRole("tab", { name: "Training" }).click();
  await expect.poll(async () => Number(await points(finished)), { timeout: 30_000 }).toBeGreaterThan(0);
  await expect.poll(async () => Number(await frame.locator(".chart").first().getAttribute("data-drawn"))).toBeGreaterThan(0);
  // The icons' font is there: the page's content security policy lets it in.
  expect(await frame.evaluate("document.fonts.check('16px codicon')")).toBe(true);
  const before = await tabs();
  await open(finished);
  expect(await tabs()).toBe(before);
});

it("follows a journal that is written, and catches up after it was hidden", async () => {
  await open(cutOff);
  const frame = await code.webviewFrame(path.basename(cutOff));
  await frame.locator(".notice", { hasText: "cut off" }).waitFor();
  await expect.poll(() => points(cutOff), { timeout: 30_000 }).toBe("50");
  appendFileSync(path.join(cutOff, "journal.jsonl"), write(steps(51, 60)));
  await expect.poll(() => points(cutOff), { timeout: 30_000 }).toBe("60");
  await open(finished);
  await code.webviewFrame(path.basename(finished));
  appendFileSync(path.join(cutOff, "journal.jsonl"), write(steps(61, 200)));
  await open(cutOff);
  await expect.poll(() => points(cutOff), { timeout: 30_000 }).toBe("200");
});

it("is there again after the window was reloaded", async () => {
  await code.webviewFrame(path.basename(cutOff));
  await code.reload();
  const frame = await code.webviewFrame(path.basename(cutOff), 60_000);
  await frame.getByRole("tab", { name: "Training" }).click();
  await expect.poll(() => points(cutOff), { timeout: 30_000 }).toBe("200");
});

it("does from its buttons what the commands do", async () => {
  await open(finished);
  const frame = await code.webviewFrame(path.basename(finished));
  await frame.getByRole("tab", { name: "Training" }).click();
  await frame.locator(".chart").first().locator("summary").click();
  await frame.getByRole("button", { name: "Copy all as CSV" }).click();
  await expect.poll(() => code.evaluate((vscode) => vscode.env.clipboard.readText())).toMatch(/^Step,Training/);
  await frame.getByRole("button", { name: "Pin as Baseline" }).click();
  await frame.locator("vscode-badge", { hasText: "Baseline" }).waitFor();
});
