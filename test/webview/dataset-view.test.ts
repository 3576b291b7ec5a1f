import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { csv, DescribedFolder, textAndLabel } from "../backend/datasets/described.js";
import { DatasetWorld } from "./dataset-page.js";
import { pages } from "./pages.js";
import { pageThemes } from "./page-stand-in.js";

const browser = pages();
const here = new DescribedFolder();
const rows = 3000;
let large: string;
let odd: string;
let split: string;

beforeAll(async () => {
  here.write("large.csv", csv(rows));
  here.write("odd.csv", 'text,label,note\n"<img src=x onerror=alert(1)>\u202egnol\u0007",ham,\n"two\nlines, a@b.example",spam,"=1+1"\nsee you,ham,x\nsee you,spam,y\n');
  here.write("train.csv", csv(40));
  here.write("test.csv", csv(10, 34));
  large = await here.describe("large", { "large.csv": null }, textAndLabel);
  odd = await here.describe("odd", { "odd.csv": null }, textAndLabel);
  split = await here.describe("split", { "train.csv": "train", "test.csv": "test" }, textAndLabel);
});
afterAll(() => here.dispose());

async function open(file: string, change: Partial<Pick<DatasetWorld, "tab" | "trusted" | "experiment">> = {}, setting: Parameters<DatasetWorld["open"]>[2] = {}) {
  const world = Object.assign(new DatasetWorld(here.cache), change);
  const shown = await world.open(browser, file, setting);
  onTestFinished(async () => {
    await shown.close();
    world.close();
  });
  const { page } = shown;
  return { world, shown, page, tab: (name: string) => page.getByRole("tab", { name }).click(), text: () => page.innerText("#page") };
}

describe("the rows of a data set", () => {
  it("are in a grid that holds only those in sight", async () => {
    const { page, shown } = await open(large);
    await page.locator("[role=row][aria-rowindex='2']", { hasText: "see you at lunch 0" }).waitFor();
    expect(await page.locator("[role=grid]").getAttribute("aria-rowcount")).toBe(String(rows + 1));
    expect(await page.locator("[role=row]").count()).toBeLessThan(80);
    expect(shown.problems).toEqual([]);
  });

  it("are reached by the keyboard: the last, and back", async () => {
    const { page, shown } = await open(large);
    const grid = page.locator("[role=grid]");
    await page.locator("[role=row][aria-rowindex='2']", { hasText: "lunch 0" }).waitFor();
    await grid.press("Control+End");
    await page.locator(`[role=row][aria-rowindex='${rows + 1}'][aria-selected=true]`, { hasText: `free money offer ${rows - 1}` }).waitFor();
    await page.locator(`#row-detail [data-row='${rows - 1}']`).waitFor();
    const active = await grid.getAttribute("aria-activedescendant");
    expect(await page.locator(`[id="${active}"]`).getAttribute("role")).toBe("gridcell");
    await grid.press("Control+Home");
    await page.locator("[role=row][aria-rowindex='2'][aria-selected=true]").waitFor();
    await grid.press("PageDown");
    await expect.poll(() => page.locator("[role=row][aria-selected=true]").getAttribute("aria-rowindex").then(Number)).toBeGreaterThan(8);
    await grid.press("Enter");
    expect(await shown.focused()).toContain("The chosen row");
    expect(shown.problems).toEqual([]);
  });

  it("scroll by the wheel without losing the focus", async () => {
    const { page } = await open(large);
    const grid = page.locator("[role=grid]");
    await page.locator("[role=row][aria-rowindex='2']", { hasText: "lunch 0" }).waitFor();
    await grid.focus();
    await grid.hover();
    await page.mouse.wheel(0, 40_000);
    await expect.poll(() => grid.getAttribute("data-first").then(Number)).toBeGreaterThan(1000);
    await expect.poll(() => page.locator("[role=row] .pending").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("grid");
  });

  it("are searched and filtered, and a filter that lets none through says so", async () => {
    const { page } = await open(large);
    const matching = () => page.locator("[data-matching]").getAttribute("data-matching");
    const search = page.locator("vscode-text-field", { hasText: "Search" }).locator("input");
    await expect.poll(matching).toBe(String(rows));
    await search.fill("OFFER 29");
    // 29, 291 to 299 and 2901 to 2999, the odd ones.
    await expect.poll(matching).toBe("56");
    await page.locator("[role=row][aria-rowindex='2']", { hasText: "free money offer 29" }).waitFor();
    await search.fill("nothing like this");
    await expect.poll(matching).toBe("0");
    await page.getByText("No row is like that.").waitFor();
    await page.getByText("Show All").click();
    await expect.poll(matching).toBe(String(rows));
  });

  it("are shown harmlessly: markup, controls and marks that reorder are text", async () => {
    const { page, shown } = await open(odd);
    const first = page.locator("[role=row][aria-rowindex='2']");
    await first.locator(".escape", { hasText: "<U+202E>" }).waitFor();
    await first.locator(".escape", { hasText: "␇" }).waitFor();
    expect(await first.innerText()).toContain("<img src=x onerror=alert(1)>");
    expect(await page.locator("#page img").count()).toBe(0);
    await page.locator("[role=row][aria-rowindex='3']").getByRole("gridcell").nth(2).click();
    await expect.poll(() => page.locator("#row-detail").innerText()).toContain("two\nlines");
    expect(shown.problems).toEqual([]);
  });
});

it("columns show their types, missing values and the balance of the labels", async () => {
  const { tab, page, shown } = await open(odd);
  await tab("Columns");
  await page.locator("tr", { hasText: "note" }).getByText("1 (25.0%)").waitFor();
  await page.locator(".balance").getByText("2 labels").waitFor();
  expect(shown.problems).toEqual([]);
});

it("lengths are counted in the backbone's tokens, with the share that is cut", async () => {
  const { tab, page, shown } = await open(split);
  await tab("Lengths");
  await page.locator("vscode-text-field", { hasText: "Most tokens" }).locator("input").fill("3");
  await page.getByText("Measure Lengths").click();
  await page.locator("[data-limit='3']").waitFor();
  expect(await page.locator("[data-limit='3']").getAttribute("data-cut")).toBe("50");
  expect(await page.locator(".histogram-bars > .cut").count()).toBeGreaterThan(0);
  expect(shown.problems).toEqual([]);
});

it("leaks, conflicts, odd characters and personal data lead to their rows", async () => {
  const leaking = await open(split);
  await leaking.tab("Duplicates and Leaks");
  // Rows 34 to 39 stand in both.
  await leaking.page.getByText("test, also in train").waitFor();
  expect(await leaking.page.locator("tr", { hasText: "test, also in train" }).locator("td.number").first().innerText()).toBe("6");
  const { tab, page, shown } = await open(odd);
  await tab("Duplicates and Leaks");
  await page.locator("details", { hasText: "Different labels" }).locator("summary").click();
  await page.getByText("E-mail addresses").waitFor();
  await page.locator("details").getByRole("button", { name: "row 4" }).click();
  await page.locator("[role=row][aria-rowindex='5'][aria-selected=true]", { hasText: "see you" }).waitFor();
  expect(shown.problems).toEqual([]);
});

describe("the template", () => {
  it("is shown on real rows as it is typed, and labels that start alike are told", async () => {
    const { tab, page, shown } = await open(split, { experiment: "/w/mine.ptune.json" });
    await tab("Template");
    await page.locator("article.encoded").nth(4).waitFor();
    expect(await page.locator("article.encoded").first().locator(".token.virtual").count()).toBe(20);
    await page.locator("vscode-text-area textarea").fill("Mail {text}\n{soft:3}Spam:{label}");
    await expect.poll(() => page.locator("article.encoded").first().locator(".token.virtual").count()).toBe(3);
    await page.locator(".verbalizer input").nth(0).fill(" spam");
    await page.locator("[data-clashes='1']", { hasText: "have the same tokens" }).waitFor();
    await page.locator("vscode-text-area textarea").fill("{soft}");
    await page.getByText("does not say how many virtual tokens").waitFor();
    expect(shown.problems).toEqual([]);
  });

  it("is written into an experiment", async () => {
    const { tab, page, world } = await open(split, { experiment: "/w/mine.ptune.json" });
    await tab("Template");
    await page.locator("vscode-text-area textarea").fill("Mail {text}\n{soft:3}Spam:{label}");
    await page.locator("vscode-button", { hasText: "Write into mine" }).click();
    await expect.poll(() => world.saved).toEqual([{ experiment: "/w/mine.ptune.json", setting: { template: "Mail {text}\n{soft:3}Spam:{label}", answer: "label", verbalizer: [{ label: "ham", words: " ham" }, { label: "spam", words: " spam" }], maxTokens: { text: 128 } } }]);
  });
});

it("a source that has changed is told, with what to do", async () => {
  here.write("moving.csv", csv(20));
  const file = await here.describe("moving", { "moving.csv": null }, textAndLabel);
  here.write("moving.csv", csv(20).replace("lunch", "lunsh"));
  const { page, world } = await open(file);
  await page.locator("[data-changes='1']", { hasText: "has changed since it was added" }).waitFor();
  await page.getByText("Add Again…").click();
  await expect.poll(() => world.commands).toEqual(["addDataset"]);
});

it("opens on the tab that a command asked for, and anew when the description changes", async () => {
  const { page, shown } = await open(split, { tab: "quality" });
  await page.getByRole("tab", { name: "Duplicates and Leaks", selected: true }).waitFor();
  await page.getByText("test, also in train").waitFor();
  shown.peer.notify("changed", {});
  await page.getByText("test, also in train").waitFor();
  expect(shown.problems).toEqual([]);
});

it("reads nothing in a workspace that is not trusted, and tells why a description cannot be opened", async () => {
  const refused = await open(split, { trusted: false });
  await refused.page.getByText("This workspace is not trusted").waitFor();
  expect(refused.world.called).toEqual([]);
  const broken = here.write("broken.ptune-data.json", "{ no");
  const { page } = await open(broken);
  await page.getByRole("alert").getByText("is not JSON").waitFor();
});

it.each(pageThemes)("is accessible in %s", async (theme) => {
  const { page, shown, tab } = await open(split, {}, { theme });
  await page.locator("[role=row][aria-rowindex='2']", { hasText: "lunch" }).waitFor();
  await page.locator("#row-detail dl").waitFor();
  expect(await shown.axe()).toEqual([]);
  for (const [name, there] of [["Columns", ".balance"], ["Duplicates and Leaks", "[data-leaks]"], ["Template", "article.encoded"]] as const) {
    await tab(name);
    await page.locator(there).first().waitFor();
    expect(await shown.axe(), name).toEqual([]);
  }
});

it("speaks Chinese", async () => {
  const { page, text } = await open(split, {}, { language: "zh-cn" });
  await page.locator("[role=row][aria-rowindex='2']", { hasText: "lunch" }).waitFor();
  expect(await text()).toContain("选择列");
  expect(readFileSync(split, "utf8")).toContain("sha256");
});
