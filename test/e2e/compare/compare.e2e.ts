import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MadeRuns } from "../../webview/compare-view/made-runs.js";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** Comparing runs in VS Code: from the Runs view, with the baseline, over a reload. */
let code: VSCodePage;
const made = new MadeRuns();

beforeAll(async () => {
  await made.make({ seed: 1, accuracy: 0.72 });
  await made.make({ seed: 4, accuracy: 0.74 });
  await made.make({ learningRate: 0.3, accuracy: 0.9, seed: 7 });
  code = await startHost({ workspace: made.workspace });
});
afterAll(async () => {
  await code?.close();
  made.dispose();
});

const labels = async (frame: Frame): Promise<string[]> => (await frame.locator("tr.run th").allInnerTexts()).map((name) => name.trim().split(/\s/)[0]);

it("runs selected in the view are compared in a page of their own", async () => {
  await code.openSidebar();
  await code.clickTreeRow("Runs", /^seed 1/);
  await code.clickTreeRow("Runs", /^seed 4/, { modifiers: ["ControlOrMeta"] });
  await code.contextMenu("Runs", /^seed 4/, "Compare Selected Runs");
  const frame = await code.webviewFrame("Compare 2 Runs");
  await frame.getByText("Nothing but the seed: these are runs of one configuration.").waitFor();
  expect(await labels(frame)).toEqual(["A1", "A2"]);
  await frame.locator('figure.chart[data-points]:not([data-points="0"])').nth(1).waitFor();
  // Rows are compared by the host: a sentence stands there without a baseline too.
  await frame.getByText(/cannot be told from chance with 200 rows|score the same/).waitFor();
});

it("more runs are added, one is pinned, and the view knows", async () => {
  const frame = await code.webviewFrame("Compare 2 Runs");
  await frame.getByRole("button", { name: "Add runs…" }).click();
  await code.quickInput.chooseSeveral([/seed 7/]);
  const three = await code.webviewFrame("Compare 3 Runs");
  await expect.poll(() => labels(three)).toHaveLength(3);
  await three.getByRole("button", { name: "Pin A1 as the baseline" }).click();
  await three.getByText(/^B is better than A\d by \d+\.\d points/).waitFor();
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ aria }) => /baseline/i.test(aria)).length).toBe(1);
});

it("what is copied is in the clipboard", async () => {
  const frame = await code.webviewFrame("Compare 3 Runs");
  await frame.getByRole("button", { name: "Copy as Markdown" }).click();
  await expect.poll(() => code.evaluate((vscode) => vscode.env.clipboard.readText())).toMatch(/^\| Configuration \| Seeds \| training.learningRate \| Test accuracy \|/);
});

it("after a reload the comparison is there again, with its runs", async () => {
  await code.reload();
  const frame = await code.webviewFrame("Compare 3 Runs");
  await expect.poll(() => labels(frame)).toHaveLength(3);
  await frame.getByText(/^B is better than A\d by \d+\.\d points/).waitFor();
});

it("the same runs are compared in the same page", async () => {
  await code.openSidebar();
  const open = (): Promise<number> => code.evaluate((vscode) => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label.startsWith("Compare ")).length);
  for (const [at, label] of [/^seed 1/, /^seed 4/, /^seed 7/].entries()) await code.clickTreeRow("Runs", label, at === 0 ? {} : { modifiers: ["ControlOrMeta"] });
  await code.contextMenu("Runs", /^seed 7/, "Compare Selected Runs");
  await code.webviewFrame("Compare 3 Runs");
  expect(await open()).toBe(1);
});
