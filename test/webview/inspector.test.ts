import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";
import { inspectRun } from "../../src/backend/inspect-run.js";
import { openBackbones } from "../../src/backend-process/open-backbones.js";
import { inspectorMemorySchema } from "../../src/protocol/webview/inspector.js";
import { spam, TinyRuns } from "../backend/playground/tiny-runs.js";
import { InspectorWorld } from "./inspector-page.js";
import { pageThemes } from "./page-stand-in.js";
import { pages } from "./pages.js";

const browser = pages();
let here: TinyRuns;
let world: InspectorWorld;
let run: string;
/** The machine may be busy with other things. */
const soon = <Value,>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 20_000 });

beforeAll(async () => {
  here = new TinyRuns();
  world = new InspectorWorld(here.cache);
  run = await here.train(spam());
}, 60_000);
afterAll(async () => {
  world.close();
  await openBackbones.dispose();
  here.dispose();
});

type Page = Awaited<ReturnType<InspectorWorld["open"]>>["page"];
const nearest = (page: Page) => page.locator(".nearest tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll(".near li")].map((item) => [item.querySelector(".token")!.textContent, item.querySelector(".number")!.textContent])));
const settled = (page: Page) => soon(async () => (await page.locator(".virtual").count()) === 4 && (await page.locator(".timeline output").count()) === 1 && (await page.locator(".work").count()) === 0).toBe(true);

describe("the inspector's page", () => {
  it("shows the nearest tokens that ptune inspect finds, by each measure, chosen with the keyboard", async () => {
    const host = await world.open(browser, run);
    const { page } = host;
    await settled(page);
    const found = await inspectRun(run, { runsRoot: here.runsRoot, cache: here.cache });
    const digits = { cosine: 3, dot: 2, l2: 2 } as const;
    const expected = (metric: keyof typeof digits) => found.virtualTokens.map((token) => token[metric].slice(0, 5).map((near) => [near.token, near[metric].toFixed(digits[metric])]));
    expect(await nearest(page)).toEqual(expected("cosine"));
    await page.getByRole("radio", { name: "Cosine" }).focus();
    await host.press("ArrowRight");
    expect(await nearest(page)).toEqual(expected("dot"));
    await host.press("ArrowRight");
    expect(await nearest(page)).toEqual(expected("l2"));
    await page.getByRole("checkbox", { name: "All 10" }).click();
    expect((await nearest(page)).map((near) => near.length)).toEqual([10, 10, 10, 10]);
    expect(inspectorMemorySchema.parse(await host.state())).toMatchObject({ path: run, metric: "l2" });
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("never shows nearest tokens without the caution, and tells what they are worth", async () => {
    const host = await world.open(browser, run);
    await settled(host.page);
    const { faithfulness } = JSON.parse(readFileSync(path.join(run, "inspection.json"), "utf8"));
    const box = host.page.locator(".faithfulness");
    expect(await box.innerText()).toContain("Khashabi et al. 2022");
    const figures = await box.locator(".bars .number").allInnerTexts();
    expect(figures).toEqual([faithfulness.learned.accuracy, faithfulness.hardened.accuracy].map((accuracy) => `${(accuracy * 100).toFixed(1)}%`));
    await host.close();

    const copy = path.join(here.runsRoot, "nofigure-20250101-000000-abcdef");
    cpSync(run, copy, { recursive: true });
    rmSync(path.join(copy, "inspection.json"));
    const without = await world.open(browser, copy);
    await settled(without.page);
    expect(await without.page.locator(".faithfulness").innerText()).toContain("Khashabi et al. 2022");
    await without.page.getByRole("button", { name: "Measure Faithfulness" }).click();
    await soon(() => without.page.locator(".bars .number").allInnerTexts()).toEqual(figures);
    await without.close();
  });

  it("goes through the training with the keyboard, and back to the prompt that was kept", async () => {
    const host = await world.open(browser, run);
    const { page } = host;
    await settled(page);
    const kept = await nearest(page);
    const said = () => page.locator(".timeline output").innerText();
    expect(await said()).toMatch(/^Step \d+ of 20: the prompt that was kept$/);
    await page.getByRole("slider", { name: "Timeline" }).focus();
    const places = () => page.locator(".virtual circle").evaluateAll((circles) => circles.map((circle) => [circle.getAttribute("cx"), circle.getAttribute("cy")]));
    const keptPlaces = await places();
    await host.press("Home");
    expect(await said()).toBe("Step 0 of 20");
    // The map goes along: the virtual tokens stand where their ways begin.
    expect(await places()).toEqual(await page.locator(".way .begin").evaluateAll((circles) => circles.map((circle) => [circle.getAttribute("cx"), circle.getAttribute("cy")])));
    const first = await nearest(page);
    expect(first).not.toEqual(kept);
    expect(await page.locator(".nearest tbody tr td:nth-child(4)").allInnerTexts()).toEqual(first.map(([[token]]) => token));
    expect(await page.locator(".nearest tbody tr td:nth-child(3)").allInnerTexts()).toEqual(["0", "0", "0", "0"]);
    await host.press("ArrowRight");
    expect(await said()).toBe("Step 5 of 20");
    expect(await nearest(page)).not.toEqual(first);
    await page.getByRole("button", { name: "Back to Kept Prompt" }).click();
    expect(await nearest(page)).toEqual(kept);
    expect(await places()).toEqual(keptPlaces);
    await host.close();
  });

  it("copies what the table shows as text and as CSV", async () => {
    const host = await world.open(browser, run);
    await settled(host.page);
    const shown = await nearest(host.page);
    await host.page.getByRole("button", { name: "Copy", exact: true }).click();
    await soon(() => world.copied.length).toBe(1);
    expect(world.copied[0].split("\n")[1]).toBe(`2\t${shown[1].map((near) => near.join(" ")).join("  ")}`);
    await host.page.getByRole("button", { name: "Copy as CSV" }).click();
    await soon(() => world.copied.length).toBe(2);
    const [header, line] = world.copied[1].split("\r\n");
    expect(header).toBe("step,virtual_token,norm,rank,token_id,token,cosine");
    expect(line).toMatch(/^,1,[\d.]+,1,\d+,".+",0\.\d+$/);
    expect(world.copied[1].trimEnd().split("\r\n")).toHaveLength(1 + 4 * 10);
    await host.close();
  });

  it("maps the vectors: pointed at, zoomed and moved by the keyboard, and as a table", async () => {
    const host = await world.open(browser, run);
    const { page } = host;
    await settled(page);
    expect(await page.locator(".way").count()).toBe(4);
    const map = page.getByRole("application", { name: /^Map of 4 virtual tokens/ });
    await map.focus();
    const place = () => page.locator(".virtual circle").first().evaluate((circle) => [Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy"))]);
    await host.press("ArrowRight");
    expect(await page.locator("#map-said").innerText()).toMatch(/^Virtual token 1 is near to/);
    expect(await page.locator(".neighbour.pointed").count()).toBe(3);
    await host.press("ArrowLeft");
    expect(await page.locator("#map-said").innerText()).toContain("Virtual token 4");
    const before = await place();
    await host.press("Shift+ArrowRight");
    expect((await place())[0]).toBeCloseTo(before[0] - 40, 3);
    await host.press("0");
    expect(await place()).toEqual(before);
    await host.press("+");
    const box = (await map.boundingBox())!;
    const middle = [(box.width - 2) / 2, (box.height - 2) / 2];
    for (const axis of [0, 1]) expect((await place())[axis] - middle[axis]).toBeCloseTo((before[axis] - middle[axis]) * 1.25, 0);
    await host.press("Escape");
    expect(await page.locator("#map-said").innerText()).toMatch(/of the variance/);
    await page.getByText("The map as a table").click();
    await soon(() => page.locator("table", { hasText: "Places of the virtual tokens" }).locator("tbody tr").count()).toBe(4);
    await page.getByRole("radio", { name: "UMAP" }).check();
    await soon(() => page.locator("#map-said").innerText()).toContain("mean nothing");
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("compares the vectors pair by pair, with a cursor", async () => {
    const host = await world.open(browser, run);
    const { page } = host;
    await settled(page);
    expect(await page.locator("#similarity-said").innerText()).toMatch(/^Mean cosine of the 6 pairs: -?0\.\d{3}\. Most alike: \d and \d, -?[01]\.\d{3}\./);
    await page.getByRole("application", { name: "Cosine similarity of 4 by 4 virtual tokens" }).focus();
    await host.press("ArrowDown");
    expect(await page.locator("#similarity-said").innerText()).toBe("Virtual tokens 1 and 1: cosine 1.000");
    await host.press("ArrowDown");
    await host.press("ArrowRight");
    await host.press("ArrowRight");
    expect(await page.locator("#similarity-said").innerText()).toMatch(/^Virtual tokens 2 and 3: cosine/);
    await host.close();
  });

  it("measures the importance of each virtual token when asked", async () => {
    const host = await world.open(browser, run);
    const { page } = host;
    await settled(page);
    expect(await page.locator(".importance").count()).toBe(0);
    await page.getByRole("button", { name: "Measure Importance" }).click();
    await soon(() => page.locator("#importance-heading ~ .controls").count()).toBe(1);
    expect(await page.locator(".importance tbody tr").count()).toBe(4);
    const changes = async () => (await page.locator(".importance tbody tr td:nth-child(3)").allInnerTexts()).map((text) => Number.parseFloat(text.replace("−", "-")));
    await page.getByRole("radio", { name: "By importance" }).check();
    expect(await changes()).toEqual([...(await changes())].sort((a, b) => b - a));
    expect(await page.locator("#importance-heading ~ .controls").innerText()).toContain("12 of 12 test rows");
    await host.close();
  });

  it("tells when the prompt has changed, and shows it again", async () => {
    const host = await world.open(browser, run);
    await settled(host.page);
    host.peer.notify("changed", {});
    await host.page.getByRole("button", { name: "Show It Again" }).click();
    await settled(host.page);
    expect(await host.page.getByText("The prompt has changed").count()).toBe(0);
    await host.page.getByRole("button", { name: "Try", exact: true }).click();
    await soon(() => world.commands).toContain("tryPrompt");
    await host.close();
  });

  it.each(pageThemes)("has nothing serious for axe in the theme %s", async (theme) => {
    const host = await world.open(browser, run, { theme });
    await settled(host.page);
    await host.page.getByRole("button", { name: "Measure Importance" }).click();
    await soon(() => host.page.locator(".importance tbody tr").count()).toBe(4);
    await host.page.getByText("Template", { exact: true }).click();
    expect(await host.axe()).toEqual([]);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("is reached by the keyboard everywhere", async () => {
    const host = await world.open(browser, run);
    await settled(host.page);
    const stops = await host.tabStops();
    for (const wanted of ["button Open Run", "button Try", "button Export…", "application Map of", "application Cosine similarity", "button Measure Importance", "button Zoom In", "button Copy as CSV"]) expect(stops.join("\n")).toContain(wanted);
    await host.close();
  });
});

describe("in a workspace that is not trusted", () => {
  it("shows what was kept and what follows from the vectors, and asks nothing of the backend until it is trusted", async () => {
    world.trusted = false;
    world.called.length = 0;
    const host = await world.open(browser, run);
    const { page } = host;
    await soon(() => page.locator(".virtual").count()).toBe(4);
    expect((await nearest(page))[0]).toHaveLength(5);
    expect(await page.locator("#map-said").innerText()).toContain("its backbone is not loaded");
    expect(await page.locator(".norms").getAttribute("aria-label")).toMatch(/ordinary range/);
    expect(world.called).toEqual([]);
    expect(await page.locator("vscode-button", { hasText: "Measure Importance" }).evaluate((button) => button.hasAttribute("disabled"))).toBe(true);
    world.trusted = true;
    host.peer.notify("trusted", {});
    await settled(page);
    expect(world.called).toContain("inspection/neighbours");
    expect(host.problems).toEqual([]);
    await host.close();
  });
});

describe("a file that is opened as an editor", () => {
  it("and is no soft prompt says what it is", async () => {
    const lora = path.join(import.meta.dirname, "../adapter/reference/tiny/lora/adapter_model.safetensors");
    const host = await world.open(browser, lora);
    await soon(() => host.page.getByRole("heading", { name: "Not a soft prompt" }).count()).toBe(1);
    expect(await host.page.locator(".notice").innerText()).toMatch(/LORA: an adapter of low-rank matrices/);
    expect(await host.page.locator("tbody tr").count()).toBeGreaterThan(1);
    expect(await host.axe()).toEqual([]);
    await host.close();
  });

  it("and has names that would harm shows them harmlessly", async () => {
    const file = here.write("hostile/adapter_model.safetensors", encodeSafetensors({ "<img src=x onerror=alert(1)>": { shape: [1], values: new Float32Array(1) }, "\u202egnp.exe": { shape: [2], values: new Float32Array(2) } }));
    const host = await world.open(browser, file);
    await soon(() => host.page.locator("tbody tr").count()).toBe(2);
    const names = await host.page.locator("tbody th").allInnerTexts();
    expect(names).toEqual(expect.arrayContaining(["<img src=x onerror=alert(1)>", "<U+202E>gnp.exe"]));
    expect(await host.page.locator("img").count()).toBe(0);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("and is damaged says so", async () => {
    const whole = readFileSync(path.join(run, "adapter", "adapter_model.safetensors"));
    for (const [bytes, words] of [[whole.subarray(0, whole.length - 3), "leaves the file"], [Buffer.from("no"), "even the header"], [Buffer.alloc(64, 0xff), "header claims"]] as const) {
      const host = await world.open(browser, here.write("damaged/adapter_model.safetensors", bytes));
      await soon(() => host.page.getByRole("alert").count()).toBe(1);
      expect(await host.page.getByRole("alert").innerText()).toContain(words);
      await host.close();
    }
  });

  it("and does not say its backbone asks for it, and shows what needs none", async () => {
    const folder = path.join(here.folder, "elsewhere");
    mkdirSync(folder, { recursive: true });
    for (const name of ["adapter_config.json", "adapter_model.safetensors"]) cpSync(path.join(run, "adapter", name), path.join(folder, name));
    world.called.length = 0;
    const host = await world.open(browser, path.join(folder, "adapter_model.safetensors"));
    const { page } = host;
    await soon(() => page.locator(".virtual").count()).toBe(4);
    expect(await page.locator(".notice").innerText()).toContain("which backbone");
    expect(await page.getByRole("combobox", { name: "Backbone" }).count()).toBe(1);
    expect(await page.locator("#similarity-said").innerText()).toContain("Mean cosine");
    expect(await page.getByText("has no data of its own").count()).toBeGreaterThan(0);
    expect(world.called).toEqual([]);
    expect(await host.axe()).toEqual([]);
    await host.close();
  });

  it("of a run is that run's prompt, whose kept tokens cannot harm", async () => {
    const copy = path.join(here.runsRoot, "edited-20250101-000000-abcdef");
    cpSync(run, copy, { recursive: true });
    const file = path.join(copy, "inspection.json");
    const kept = JSON.parse(readFileSync(file, "utf8"));
    kept.virtualTokens[0].cosine[0].token = "\u202e<b>evil</b>\u0000";
    writeFileSync(file, JSON.stringify(kept));
    world.trusted = false;
    const host = await world.open(browser, path.join(copy, "adapter", "adapter_model.safetensors"));
    await soon(() => host.page.locator(".nearest tbody tr").count()).toBe(4);
    expect((await nearest(host.page))[0][0][0]).toBe("<U+202E><b>evil</b>␀");
    expect(await host.page.locator("h1").innerText()).toBe("edited abcdef");
    world.trusted = true;
    await host.close();
  });
});
