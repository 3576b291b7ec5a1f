import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { runViewHostContract, runViewPageContract } from "../../src/protocol/webview/run-view.js";
import type { RunEvent } from "../../src/runs/events.js";
import { encodeRecord } from "../../src/runs/journal-format.js";
import { pages } from "./pages.js";
import { pageThemes } from "./page-stand-in.js";
import type { PageHostSetting } from "./page-host.js";
import { RunViewHost } from "./run-view-host.js";
import { TinyRuns } from "./tiny-run.js";

const browser = pages();
const runs = new TinyRuns();
let finished: string;

beforeAll(async () => {
  finished = await runs.run((experiment) => {
    experiment.training.steps = 40;
    // Too little to learn it all: some rows must go wrong.
    experiment.training.learningRate = 0.0001;
  });
});

type Change = ConstructorParameters<typeof RunViewHost>[1];
type Setting = Partial<PageHostSetting<typeof runViewHostContract, typeof runViewPageContract>>;

async function open(run: string, change: Change = {}, setting: Setting = {}) {
  const host = new RunViewHost(run, change);
  const page = await browser.open({ page: "run-view", own: runViewHostContract, other: runViewPageContract, connect: host.connect, ...setting });
  onTestFinished(async () => {
    host.dispose();
    await page.close();
  });
  await page.page.waitForSelector("[data-caught-up=true]");
  const tab = (name: string) => page.page.getByRole("tab", { name }).click();
  return { host, page, tab, text: () => page.page.innerText("#page") };
}

/** A copy of the finished run whose journal holds these events. */
function withJournal(events: readonly RunEvent[], change: (journal: Buffer) => Buffer = (journal) => journal): string {
  const folder = `${finished}-${Math.random().toString(16).slice(2, 8)}`;
  cpSync(finished, folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "journal.jsonl"), change(Buffer.concat(events.map((event, at) => record(at + 1, event)))));
  return folder;
}
const record = (sequence: number, event: RunEvent): Uint8Array => encodeRecord({ sequence, time: "2026-01-02T03:04:05.000Z", event });
const running: RunEvent = { type: "state", state: "running" };
const step = (at: number, steps: number): RunEvent => ({ type: "step", step: at, steps, epoch: at / 10, loss: 1 / at, learningRate: 0.01, gradientNorm: Math.sqrt(at), samplesPerSecond: 10, secondsLeft: steps - at });

describe("a run of sequence labelling", () => {
  const figures = (f1: number, support: number) => ({ precision: f1, recall: f1, f1, support });
  const labelled: RunEvent[] = [
    running,
    step(1, 2),
    { type: "evaluation", step: 2, split: "validation", measures: { items: 4, spanF1: 0.25, spanF1Strict: 0.2, spanPrecision: 0.5, spanRecall: 0.125, exactMatch: 0, loss: 1 }, best: true },
    { type: "state", state: "succeeded" },
    {
      type: "result",
      status: "succeeded",
      run: "",
      adapter: null,
      test: {
        items: 40,
        spanF1: 0.625,
        spanF1Strict: 0.5,
        spanPrecision: 0.75,
        spanRecall: 0.5,
        exactMatch: 0.125,
        loss: 0.5,
        perClass: { "<b>place": figures(0.75, 12), person: figures(0.25, 3) },
        reading: { rows: 7, unreadable: 0, unknownTypes: 2, invented: 5, repeated: 0, missing: 0, surplus: 0 },
        context: { with: { items: 30, value: 0.7 }, without: { items: 10, value: 0.375 } },
      },
      baselines: { "without-context": { items: 40, spanF1: 0.125 } },
      seconds: 3,
      trainingSeconds: 2,
      peakMemoryMB: 100,
    },
  ];

  it("shows its measures, the types of spans, and what could not be read", async () => {
    const { page, tab, text } = await open(withJournal(labelled));
    const shown = await text();
    for (const part of ["Span F1", "Span F1, strict", "Span precision", "Exact match", "62.5", "Learned prompt without context", "Per type of span", "Span F1 of the 30 rows with context: 70.0", "<b>place", "Of 7 of 40 answers something was left out:"]) expect(shown).toContain(part);
    expect(shown).not.toContain("Confusion matrix");
    expect(await page.page.locator("ul.reading li").allInnerTexts()).toEqual(["2 of a type that the task does not have", "5 with words that do not stand in the row"]);
    await tab("Training");
    expect(await page.page.getByRole("figure", { name: "Validation" }).count()).toBe(1);
    expect(page.problems).toEqual([]);
  });
});

describe("a finished run", () => {
  it("opens with its result: the learned prompt beside the baselines, matrix and labels", async () => {
    const { page, text } = await open(finished);
    expect(await page.page.getByRole("tab", { selected: true }).innerText()).toBe("Result");
    const shown = await text();
    for (const part of ["tiny", "seed 1", "Succeeded", "Step 40 of 40", "On 12 rows", "Learned prompt", "Zero-shot", "Most frequent label", "Hard prompt", "yes or no", "nearest token", "Khashabi", "Confusion matrix", "Precision"]) expect(shown).toContain(part);
    expect(await page.page.locator("table.bars").getAttribute("data-rows")).toBe("4");
    const journal = readFileSync(path.join(finished, "journal.jsonl"), "utf8").trimEnd().split("\n").map((line) => (JSON.parse(line) as { event: RunEvent }).event);
    const result = journal.findLast((event) => event.type === "result");
    const counts = await page.page.locator("table.confusion .count").allInnerTexts();
    expect(counts.map(Number)).toEqual(result?.test?.confusion?.flat());
    expect(page.problems).toEqual([]);
  });

  it("draws every step, and what a screen reader reads is the same", async () => {
    const { page, host, tab } = await open(finished);
    await tab("Training");
    const loss = page.page.getByRole("figure", { name: "Loss" });
    // 40 steps and 4 evaluations on the validation rows.
    await expect.poll(() => loss.getAttribute("data-points")).toBe("44");
    await expect.poll(async () => Number(await loss.getAttribute("data-drawn"))).toBeGreaterThanOrEqual(44);
    await loss.locator("summary").click();
    await expect.poll(() => loss.locator("tbody tr").count()).toBe(40);
    await loss.getByText("Copy all as CSV").click();
    await expect.poll(() => host.copied.length).toBe(1);
    const [head, ...lines] = host.copied[0].trimEnd().split("\n");
    expect(head).toBe("Step,Training,Validation");
    const steps = readFileSync(path.join(finished, "journal.jsonl"), "utf8").split("\n").filter((line) => line.includes('"type":"step"')).map((line) => (JSON.parse(line) as { event: { step: number; loss: number } }).event);
    expect(lines.map((line) => line.split(",").slice(0, 2).map(Number))).toEqual(steps.map((each) => [each.step, each.loss]));
    await loss.getByRole("button", { name: "Save as a picture" }).click();
    await expect.poll(() => host.pictures[0]?.png.startsWith("data:image/png;base64,")).toBe(true);
    expect(page.problems).toEqual([]);
  });

  it("zooms, pans and reads out with the keyboard alone", async () => {
    const { page, tab } = await open(finished);
    await tab("Training");
    const loss = page.page.getByRole("figure", { name: "Loss" });
    const range = () => loss.getAttribute("data-range");
    await loss.locator(".chart-area").focus();
    await page.press("Home", "ArrowRight", "ArrowRight");
    await expect.poll(() => loss.locator("[aria-live]").innerText()).toMatch(/^Step 3, Training \S+$/);
    await page.press("+", "+");
    await expect.poll(range).not.toBe("all");
    const [from, to] = (await range())!.split("..").map(Number);
    expect(to - from).toBeCloseTo((40 - 1) / 4);
    await page.press("End");
    await expect.poll(async () => Number((await range())!.split("..")[1])).toBe(40);
    await page.press("0");
    await expect.poll(range).toBe("all");
    expect(page.problems).toEqual([]);
  });

  it("zooms at the pointer, pans by dragging, and shows everything at a double click", async () => {
    const { page, tab } = await open(finished);
    await tab("Training");
    const loss = page.page.getByRole("figure", { name: "Loss" });
    const range = async () => (await loss.getAttribute("data-range"))!;
    const area = (await loss.locator(".chart-area").boundingBox())!;
    const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
    await page.page.mouse.move(x, y);
    await page.page.mouse.wheel(0, -10);
    expect(await range()).toBe("all");
    await loss.locator(".chart-area").focus();
    await page.page.mouse.wheel(0, -400);
    await expect.poll(range).not.toBe("all");
    const before = (await range()).split("..").map(Number);
    await page.page.mouse.down();
    await page.page.mouse.move(x - 60, y, { steps: 4 });
    await page.page.mouse.up();
    await expect.poll(async () => Number((await range()).split("..")[0])).toBeGreaterThan(before[0]);
    await page.page.mouse.dblclick(x, y);
    await expect.poll(range).toBe("all");
    expect(page.problems).toEqual([]);
  });

  it("shows the rows that went wrong, and those of a cell of the matrix", async () => {
    const { page, tab, text } = await open(finished);
    const counts = (await page.page.locator("table.confusion .count").allInnerTexts()).map(Number);
    const wrong = counts[1] + counts[2];
    expect(wrong).toBeGreaterThan(0);
    await tab("Examples");
    await expect.poll(() => page.page.locator(".example").count()).toBe(wrong);
    expect(await text()).toContain(`${wrong} of 12 test rows`);
    await tab("Result");
    const cell = counts.findIndex((count) => count > 0);
    await page.page.locator("table.confusion button").nth(cell).click();
    await expect.poll(() => page.page.locator(".example").count()).toBe(counts[cell]);
    expect(await page.page.locator(".example").first().innerText()).toMatch(/Predicted (ham|spam) \d/);
  });

  it("marks what is not as by default, and opens files of the run only", async () => {
    const { page, host, tab, text } = await open(finished);
    await tab("Configuration");
    expect(await text()).toMatch(/learningRate\s*0\.0001\s*default: 0\.01/);
    expect(await text()).toMatch(/verbalizer\.ham\s*" no"/);
    await page.page.getByText("Hide what is as by default").click();
    await expect.poll(text).not.toMatch(/weightDecay/);
    await page.page.locator("summary", { hasText: "Files" }).click();
    await page.page.getByRole("button", { name: "journal.jsonl" }).click();
    await expect.poll(() => host.opened).toEqual(["journal.jsonl"]);
  });

  it.each(pageThemes)("has nothing serious for axe-core in %s, at 600 and 1400 pixels", async (theme) => {
    for (const width of [600, 1400]) {
      const { page, tab } = await open(finished, { hasBaseline: true }, { theme, width });
      for (const name of ["Result", "Training", "Examples", "Configuration", "Log"]) {
        await tab(name);
        expect({ name, found: await page.axe() }).toEqual({ name, found: [] });
      }
      expect(page.problems).toEqual([]);
    }
  });

  it("is reached by the keyboard in a sensible order", async () => {
    const { page, tab } = await open(finished, { hasBaseline: true });
    await tab("Training");
    const stops = await page.tabStops();
    const order = ["button Try It", "button Inspect", "button Export…", "button Rerun", "button Compare with Baseline", "button Pin as Baseline", "button Reveal Files", "tab Training", "tabpanel Training", "checkbox Logarithmic x axis", "application Loss", "application Gradient norm"];
    expect(stops.filter((stop) => order.includes(stop))).toEqual(order);
    await page.page.getByRole("tab", { name: "Training" }).focus();
    await page.press("ArrowRight", "ArrowRight");
    expect(await page.focused()).toBe("tab Examples");
    await page.press("End");
    expect(await page.focused()).toBe("tab Log");
  });

  it("changes its colours with the theme while it is open", async () => {
    const { page, tab } = await open(finished);
    await tab("Training");
    const color = () => page.page.locator(".legend line").first().getAttribute("stroke");
    const before = await color();
    await page.setTheme("high-contrast");
    await expect.poll(color).not.toBe(before);
    expect(await page.axe()).toEqual([]);
  });

  it("remembers its tab and its chart options", async () => {
    const first = await open(finished);
    await first.tab("Training");
    await first.page.page.getByText("Logarithmic y axis").click();
    await expect.poll(() => first.page.state()).toMatchObject({ run: finished, tab: "training", options: { logY: true } });
    const second = await open(finished, {}, { state: await first.page.state() });
    expect(await second.page.page.getByRole("tab", { selected: true }).innerText()).toBe("Training");
    expect(await second.page.page.getByRole("checkbox", { name: "Logarithmic y axis" }).getAttribute("aria-checked")).toBe("true");
  });
});

describe("a run that goes on", () => {
  it("shows new steps as they are written, and what a resumed run does again once", async () => {
    const folder = withJournal([running, ...Array.from({ length: 30 }, (_, i) => step(i + 1, 100))]);
    const { page, text } = await open(folder, { entry: { state: "running", active: true } });
    const loss = page.page.getByRole("figure", { name: "Loss" });
    await expect.poll(() => loss.getAttribute("data-points")).toBe("30");
    expect(await text()).toContain("Step 30 of 100");
    appendFileSync(path.join(folder, "journal.jsonl"), Buffer.concat([step(31, 100), step(32, 100)].map((event, at) => record(32 + at, event))));
    await expect.poll(() => loss.getAttribute("data-points"), { timeout: 5000 }).toBe("32");
    const again: RunEvent[] = [{ type: "resume", step: 25 }, running, step(26, 100), step(27, 100)];
    appendFileSync(path.join(folder, "journal.jsonl"), Buffer.concat(again.map((event, at) => record(34 + at, event))));
    await expect.poll(() => loss.getAttribute("data-points"), { timeout: 5000 }).toBe("27");
    expect(await text()).toContain("the run was resumed there");
    expect(page.problems).toEqual([]);
  });

  it("says what it is busy with before its first step", async () => {
    const folder = withJournal([running, { type: "phase", phase: "checking the gradient", done: 3, total: 10 }]);
    const { page, text } = await open(folder, { entry: { state: "running", active: true, step: 0 } });
    expect(await text()).toContain("Checking the gradient, 3 of 10");
    expect(await text()).toContain("The first step has not been made yet.");
    expect(await page.axe()).toEqual([]);
  });

  it("offers only what makes sense", async () => {
    const folder = withJournal([running, step(1, 10)]);
    const job = { job: "1", source: { type: "rerun", run: folder }, runsRoot: "", title: "tiny", run: folder, state: "running", activity: null, step: null, outcome: null } as const;
    const { page, host } = await open(folder, { job, entry: { state: "running", active: true, learned: "nothing" } });
    const titles = async () => (await page.page.locator(".actions vscode-button").allInnerTexts()).map((title) => title.trim());
    expect(await titles()).toEqual(["Pause", "Stop", "Reveal Files"]);
    await page.page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => host.actions).toEqual(["stopRun"]);
    host.peer!.notify("status", { ...(await host.status()), entry: { ...(await host.status()).entry, state: "paused" }, job: { ...job, source: { type: "rerun", run: folder }, state: "paused" } });
    await expect.poll(titles).toEqual(["Continue", "Stop", "Reveal Files"]);
  });
});

describe("a run that did not go well", () => {
  it("says why it failed and what to do", async () => {
    const reason = "Training stopped at step 3: the loss is not finite. The learning rate is most often too high for this prompt. Lower training.learningRate.";
    const folder = withJournal([running, step(1, 10), step(2, 10), { type: "state", state: "failed", reason }]);
    const { page, text } = await open(folder);
    expect(await text()).toContain(reason);
    expect(await page.page.locator(".run-header").getAttribute("data-state")).toBe("failed");
    expect(await page.axe()).toEqual([]);
  });

  it("says that it was cut off, and offers to resume", async () => {
    const folder = withJournal([running, step(1, 10)]);
    const { page, text, host } = await open(folder);
    expect(await text()).toContain("Interrupted");
    expect(await text()).toContain("Resume goes on from the last checkpoint");
    await page.page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => host.actions).toEqual(["resumeRun"]);
  });

  it("tells of damage and shows what is whole", async () => {
    const folder = withJournal([running, ...Array.from({ length: 20 }, (_, i) => step(i + 1, 100))], (journal) => {
      const lines = journal.toString().split("\n");
      lines[10] = lines[10].replace("loss", "lost");
      return Buffer.from(lines.join("\n"));
    });
    const { page, text } = await open(folder, { entry: { state: "running", active: true } });
    await expect.poll(() => page.page.getByRole("figure", { name: "Loss" }).getAttribute("data-points")).toBe("19");
    expect(await text()).toContain("cannot be read");
    await page.page.getByText("What is damaged").click();
    await expect.poll(text).toContain("line 11");
  });

  it("shows an error of the host instead of an empty page", async () => {
    const page = await browser.open({
      page: "run-view",
      own: runViewHostContract,
      other: runViewPageContract,
      connect: (peer) => peer.handle("ready", () => Promise.reject(new PromptTuningError("storage", "The run cannot be read.", { advice: "Look at its folder." }))),
    });
    onTestFinished(() => page.close());
    await expect.poll(() => page.page.innerText("#page")).toBe("The run cannot be read. Look at its folder.");
  });
});

it("takes 100,000 steps in bounded messages and zooms into them", async () => {
  const folder = withJournal([running, ...Array.from({ length: 100_000 }, (_, i) => step(i + 1, 100_000))]);
  const { page } = await open(folder, { entry: { state: "running", active: true } });
  const loss = page.page.getByRole("figure", { name: "Loss" });
  await expect.poll(() => loss.getAttribute("data-points"), { timeout: 30_000 }).toBe("100000");
  await expect.poll(async () => Number(await loss.getAttribute("data-drawn"))).toBeGreaterThan(100);
  expect(Number(await loss.getAttribute("data-drawn"))).toBeLessThan(10_000);
  await loss.locator(".chart-area").focus();
  await page.press("+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+");
  // Zoomed in 4,096 times: some 25 points, all drawn.
  await expect.poll(async () => Number(await loss.getAttribute("data-drawn"))).toBeLessThan(100);
  expect(page.problems).toEqual([]);
}, 120_000);

it("shows hostile texts of a run's data visibly and harmlessly", async () => {
  const folder = withJournal([running, { type: "message", level: "warning", code: "x", text: "<img src=x onerror=alert(1)>\u202egnp.exe\u0000" }, { type: "state", state: "failed", reason: "\u2066<script>" }]);
  const { page, tab, text } = await open(folder, {}, { language: "en" });
  await tab("Log");
  expect(await text()).toContain("<img src=x onerror=alert(1)><U+202E>gnp.exe␀");
  expect(await text()).toContain("<U+2066><script>");
  expect(page.problems).toEqual([]);
});
