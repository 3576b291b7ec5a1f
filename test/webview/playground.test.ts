import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackbones } from "../../src/backend-process/open-backbones.js";
import { predictRows } from "../../src/backend/predict.js";
import { playgroundMemorySchema } from "../../src/protocol/webview/playground.js";
import { generation, pairs, spam, TinyRuns } from "../backend/playground/tiny-runs.js";
import { pageThemes } from "./page-stand-in.js";
import { visibleText } from "../../webview/shared/visible-text.js";
import { pages } from "./pages.js";
import { PlaygroundWorld } from "./playground-page.js";

const browser = pages();
let here: TinyRuns;
let world: PlaygroundWorld;
let first: string, second: string, saying: string, twoColumns: string;
/** The machine may be busy with other things. */
const soon = <Value,>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 15_000 });
const pictures = process.env.PTUNE_PICTURES;

beforeAll(async () => {
  here = new TinyRuns();
  world = new PlaygroundWorld(here);
  first = await here.train(spam({ seed: 1 }));
  second = await here.train(spam({ seed: 2 }));
  saying = await here.train(generation());
  twoColumns = await here.train(pairs());
}, 60_000);
afterAll(async () => {
  await world.close();
  await openBackbones.dispose();
  here.dispose();
});

describe("the playground's page", () => {
  it("answers an example with every contestant, as predictRows does", async () => {
    const host = await world.open(browser, [first, second]);
    const { page } = host;
    await page.getByRole("button", { name: "free money offer 201" }).click();
    const cards = page.getByRole("article");
    await soon(() => page.locator(".probabilities").count()).toBe(4);
    expect(await cards.count()).toBe(4);
    for (const [index, prompt] of [first, second].entries()) {
      const [{ predicted, probabilities }] = await predictRows(prompt, [{ text: "free money offer 201" }], { runsRoot: here.runsRoot, cache: here.cache });
      const card = cards.nth(index);
      expect(await card.locator(".said .label").innerText()).toBe(predicted);
      const shown = await card.locator(".probabilities tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("th")!.textContent, row.querySelector(".number")!.textContent]));
      expect(shown).toEqual(Array.from(probabilities!, ([label, probability]) => [label, `${(probability * 100).toFixed(1)}%`]));
      expect(await card.locator(".figures").innerText()).toMatch(/\d ms[\s\S]*\d+ tokens, 4 of them virtual/);
    }
    expect(await page.locator(".expected").innerText()).toContain("spam");
    expect(await page.getByRole("status").innerText()).toMatch(/^spam \w+ says: spam, \d+%\. .*No prompt says: \w+, \d+%\. Hard prompt says: \w+, \d+%\.$/);
    const memory = playgroundMemorySchema.parse(await host.state());
    expect(memory).toMatchObject({ prompts: [first, second], fields: { text: "free money offer 201" }, hardText: "yes or no" });
    expect(memory.history[0].answers).toHaveLength(4);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("is used by the keyboard alone: type, answer, change, look back", async () => {
    const host = await world.open(browser, [first]);
    const { page } = host;
    await soon(() => host.focused()).toContain("text");
    await page.keyboard.type("see you at lunch");
    await host.press("Control+Enter");
    await soon(() => page.locator(".said").count()).toBe(3);
    await page.keyboard.type(" again");
    await soon(() => page.getByText("has changed since").count()).toBe(1);
    await host.press("Control+Enter");
    await soon(() => page.getByText("has changed since").count()).toBe(0);
    await page.locator("details.disclosure summary").press("Enter");
    await soon(() => page.locator(".history li").count()).toBe(2);
    await page.locator(".history button").nth(1).press("Enter");
    await soon(() => page.locator("vscode-text-area").first().evaluate((area) => (area as HTMLTextAreaElement).value)).toBe("see you at lunch");
    // The tab key goes on from where one clicked last.
    await page.locator("h1").click();
    const stops = await host.tabStops();
    for (const name of ["Add Prompt", "Answer", "No prompt", "Hard prompt", "Inspect spam", "Export spam", "Remove No prompt", "Words", "Clear"]) expect(stops.join("\n"), name).toContain(name);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("streams, and stops where it is told to", async () => {
    const host = await world.open(browser, [saying]);
    const { page } = host;
    await page.locator(".examples button").first().click();
    const [expected] = await predictRows(saying, [{ text: (await fieldOf(host.page)) ?? "" }], { runsRoot: here.runsRoot, cache: here.cache });
    await soon(() => page.getByText("tokens said").count()).toBeGreaterThan(0);
    await soon(() => page.locator("article").first().locator(".generated").innerText()).toBe(visibleText(expected.predicted, { lines: true }));
    await soon(() => page.getByRole("button", { name: "Answer" }).count()).toBe(1);
    // The next answer never comes: what was said stays, and the page goes on.
    const { call } = world.around.backend;
    let cancelled = false;
    world.around.backend = {
      call: (async (name: string, params: never, options: { signal: AbortSignal; onProgress(progress: unknown): void }) => {
        if (name !== "playground/answer") return call(name as never, params, options as never);
        options.onProgress({ type: "started", contestant: 0 });
        options.onProgress({ type: "text", contestant: 0, text: "half a" });
        options.onProgress({ type: "text", contestant: 0, text: "n answer" });
        return new Promise((_, reject) => options.signal.addEventListener("abort", () => ((cancelled = true), reject(options.signal.reason))));
      }) as never,
    };
    await host.press("Control+Enter");
    await soon(() => page.locator("article").first().locator(".generated").innerText()).toBe("half an answer");
    if (pictures) await host.screenshot(`${pictures}/playground-streaming.png`);
    await page.getByRole("button", { name: "Stop" }).click();
    await soon(() => page.getByText("Stopped.").count()).toBe(2);
    expect(await page.locator("article").first().locator(".generated").innerText()).toBe("half an answer");
    await soon(() => cancelled).toBe(true);
    world.around.backend = { call };
    await page.getByRole("button", { name: "Answer" }).click();
    await soon(() => page.locator("article").first().locator(".generated").innerText()).toBe(visibleText(expected.predicted, { lines: true }));
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("has a field for each slot, and a task for who has none of their own", async () => {
    const host = await world.open(browser, [twoColumns, first]);
    const { page } = host;
    await soon(() => page.locator(".fields vscode-text-area").allInnerTexts()).toEqual(["first", "second", "text"]);
    expect(await page.getByText("asked with the task of").count()).toBe(1);
    if (pictures) await host.screenshot(`${pictures}/playground-slots.png`);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("says why it cannot open, and opens when it can", async () => {
    let trusted = false;
    world.around.trusted = () => trusted;
    const host = await world.open(browser, [first]);
    const { page } = host;
    await soon(() => page.getByText("This workspace is not trusted").count()).toBe(1);
    await page.getByRole("button", { name: "Manage Workspace Trust" }).click();
    await soon(() => world.commands.at(-1)).toBe("manageTrust");
    expect(await host.axe()).toEqual([]);
    trusted = true;
    host.peer.notify("trusted", {});
    await soon(() => page.getByRole("button", { name: "Answer" }).count()).toBe(1);
    await host.close();

    const gone = await world.open(browser, [`${first}-gone`]);
    await soon(() => gone.page.getByRole("alert").innerText()).toContain("is not a run's folder");
    await gone.page.getByRole("button", { name: "Show Log" }).click();
    await soon(() => world.commands.at(-1)).toBe("showLog");
    await gone.close();
    world.around.trusted = () => true;
  });

  it("tells how far the backbone is, and can be cancelled there", async () => {
    const { call } = world.around.backend;
    world.around.backend = {
      call: (async (name: string, params: never, options: { signal: AbortSignal; onProgress(progress: unknown): void }) => {
        if (name !== "playground/open") return call(name as never, params, options as never);
        options.onProgress({ phase: "downloading", file: "smollm2.gguf", done: 30e6, total: 98e6 });
        return new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
      }) as never,
    };
    const host = await world.open(browser, [first]);
    const bar = host.page.getByRole("progressbar", { name: "Loading the backbone" });
    await soon(() => bar.getAttribute("aria-valuenow")).toBe("31");
    expect(await host.page.locator(".fetching").innerText()).toContain("30.0 MB of 98.0 MB");
    if (pictures) await host.screenshot(`${pictures}/playground-loading.png`);
    await host.page.getByRole("button", { name: "Cancel" }).click();
    await soon(() => host.page.getByText("The backbone was not loaded").count()).toBe(1);
    world.around.backend = { call };
    await host.page.getByRole("button", { name: "Load Backbone" }).click();
    await soon(() => host.page.getByRole("button", { name: "Answer" }).count()).toBe(1);
    await host.close();
  });

  it("is found again with its texts after it was hidden", async () => {
    const state = playgroundMemorySchema.parse({ prompts: [second], fields: { text: "kept" }, withNone: false, hardText: "say spam" });
    const host = await world.open(browser, [], { state });
    await soon(() => fieldOf(host.page)).toBe("kept");
    expect(await host.page.getByRole("article").count()).toBe(2);
    await host.page.getByRole("checkbox", { name: "No prompt" }).click();
    await soon(() => host.page.getByRole("article").count()).toBe(3);
    await host.close();
  });

  it("adds prompts, refuses strangers in place, and takes a checkpoint's successor", async () => {
    world.around.pick = async () => [second, `${first}-gone`];
    const host = await world.open(browser, [first]);
    const { page } = host;
    await page.getByRole("button", { name: "Add Prompt…" }).click();
    await soon(() => page.getByRole("article").count()).toBe(4);
    expect(await page.locator(".refused").innerText()).toContain("is not a run's folder");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await soon(() => page.locator(".refused").count()).toBe(0);
    await page.locator("article").nth(1).getByRole("button", { name: "Remove" }).click();
    await soon(() => page.getByRole("article").count()).toBe(3);
    await page.locator("article").first().getByRole("button", { name: "Inspect" }).click();
    await soon(() => world.commands.at(-1)).toBe(`inspectPrompt ${first}`);
    expect(host.problems).toEqual([]);
    await host.close();
    world.around.pick = async () => [];
  });

  it("a session that has ended meanwhile is opened again by the next answer", async () => {
    const host = await world.open(browser, [first]);
    await soon(() => host.page.getByRole("button", { name: "Answer" }).count()).toBe(1);
    await world.table.closeAll();
    await host.page.getByRole("button", { name: "free money offer 201" }).click();
    await soon(() => host.page.locator(".probabilities").count()).toBe(3);
    await host.close();
  });

  it.each(pageThemes)("axe-core finds nothing serious in %s", async (theme) => {
    const host = await world.open(browser, [first, second], { theme, height: 900, width: 1100, reducedMotion: true });
    await host.page.getByRole("button", { name: "free money offer 201" }).click();
    await soon(() => host.page.locator(".probabilities").count()).toBe(4);
    expect(await host.axe()).toEqual([]);
    if (pictures) await host.screenshot(`${pictures}/playground-${theme}.png`);
    expect(host.problems).toEqual([]);
    await host.close();
  });
});

function fieldOf(page: import("playwright-core").Page): Promise<string> {
  return page.locator(".fields vscode-text-area").first().evaluate((area) => (area as HTMLTextAreaElement).value);
}
