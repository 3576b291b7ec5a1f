import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spreadOf } from "../../../src/comparison/statistics.js";
import { ComparedRunReader } from "../../../src/host/compare-view/compared-run.js";
import type { RunEvent } from "../../../src/runs/events.js";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { RunWriter } from "../../../src/runs/run-writer.js";
import { pageThemes } from "../page-stand-in.js";
import { pages } from "../pages.js";
import { type OpenedComparison, openComparison } from "./compare-host.js";
import { MadeRuns } from "./made-runs.js";

const browser = pages();
const made = new MadeRuns();
const opened: OpenedComparison[] = [];
afterAll(() => {
  opened.forEach(({ feed }) => feed.close());
  made.dispose();
});

/** Three seeds of A, two of B, C alone, D failed, E interrupted, F without kept answers. */
let runs: string[];
let accuracies: number[];
beforeAll(async () => {
  runs = [
    await made.make({ seed: 1, accuracy: 0.72 }),
    await made.make({ seed: 4, accuracy: 0.74 }),
    await made.make({ seed: 9, accuracy: 0.71 }),
    await made.make({ learningRate: 0.1, seed: 1, accuracy: 0.79 }),
    await made.make({ learningRate: 0.1, seed: 4, accuracy: 0.83 }),
    await made.make({ learningRate: 0.3, length: 20, init: "class-labels", accuracy: 0.9 }),
    await made.make({ learningRate: 3, ends: "failed" }),
    await made.make({ learningRate: 0.03, length: 8, ends: "running" }),
    await made.make({ learningRate: 0.0003, length: 8, accuracy: 0.73, kept: false }),
  ];
  accuracies = await Promise.all(runs.map(async (run) => (await new ComparedRunReader(run).read()).run.measures["test.accuracy"] ?? Number.NaN));
});

async function open(...given: Parameters<typeof openComparison> extends [unknown, ...infer Rest] ? Rest : never) {
  const comparison = await openComparison(browser, ...given);
  opened.push(comparison);
  const { page } = comparison.host;
  // Runs are shown one by one as they are read.
  await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Reading the runs"]'));
  const text = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts().then((all) => all.map((each) => each.replace(/\s+/g, " ").trim()));
  return { ...comparison, page, text };
}
const percent = (value: number): string => `${(value * 100).toFixed(1)}%`;

describe("the page of a comparison", () => {
  it.each(pageThemes)("has nothing that axe finds serious, breaks no policy and says everything in words (%s)", async (theme) => {
    const { host, page } = await open(runs, { theme, baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    await page.waitForFunction(() => document.querySelectorAll('figure.chart[data-points]:not([data-points="0"])').length === 2);
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await host.axe()).toEqual([]);
    expect(host.problems).toEqual([]);
    await host.close();
  });

  it("tells what differs first, the settings of the baseline's configuration against the others'", async () => {
    const { page, text } = await open(runs, { baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    expect((await text("h2"))[0]).toBe("What differs");
    expect(await text("section:has(#differences) > .table-frame thead th")).toEqual(["Configuration", "task.template", "method.init.type", "training.learningRate"]);
    const rows = await text("section:has(#differences) > .table-frame tbody tr");
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatch(/^A seeds 1, 4, 9 ?baseline/);
    expect(rows[2]).toMatch(/^C seed 1 .*\{soft:20\}.*class-labels 0.3$/);
    expect(await text("section:has(#differences) tbody tr:nth-child(2) .changed")).toEqual(["0.1"]);
    await page.getByText("Equal in all runs").click();
    await expect.poll(() => text("section:has(#differences) details tbody tr")).toContain("training.schedule linear");
  });

  it("shows mean ± deviation of the seeds, each run, deltas with sign and word, the best marked, and what did not end well", async () => {
    const { page, text } = await open(runs, { baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    const [a, b] = [spreadOf(accuracies.slice(0, 3))!, spreadOf(accuracies.slice(3, 5))!];
    const groups = await text("tr.group td:nth-child(2)");
    expect(groups[0]).toBe(`${percent(a.mean)} ± ${(a.deviation! * 100).toFixed(1)}`);
    expect(groups[1]).toBe(`${percent(b.mean)} ± ${(b.deviation! * 100).toFixed(1)} +${((b.mean - a.mean) * 100).toFixed(1)} points, better`);
    const names = await text("tr.run th");
    expect(names.map((name) => name.split(" ")[0])).toEqual(["A1", "A2", "A3", "B1", "B2", "C", "D", "E", "F"]);
    expect(names[0]).toContain("baseline");
    expect(names[6]).toContain("Failed: The loss is not a number any more at step 18. Lower the learning rate.");
    expect(names[7]).toContain("Interrupted at step 17 of 40");
    expect(await text("td.best")).toContain(`best ${percent(accuracies[5])} +${((accuracies[5] - accuracies[0]) * 100).toFixed(1)} points, better`);
    expect((await text("tr.alone:has-text('Failed') td"))[0]).toBe("–");
  });

  it("sorts by the keyboard, tells it to screen readers, and remembers it", async () => {
    const { host, page, text } = await open(runs, { baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    const order = async () => (await text("tr.group th, tr.alone th")).map((name) => name.split(" ")[0]);
    expect(await order()).toEqual(["A", "B", "C", "D", "E", "F"]);
    await page.locator("button.sort", { hasText: "Test accuracy" }).focus();
    await host.press("Enter");
    await page.waitForSelector('th[aria-sort="descending"]');
    const best = (await order()).slice(0, 2);
    expect(best).toEqual(["C", "B"]);
    await host.press("Space");
    await page.waitForSelector('th[aria-sort="ascending"]');
    expect((await order()).slice(0, 4).at(-1)).toBe("C");
    expect(await host.state()).toEqual({ runs, sorting: { by: "test.accuracy", descending: false } });
    // Shown again, as after a reload of the window.
    const again = await open(runs, { state: await host.state() });
    await again.page.waitForSelector('th[aria-sort="ascending"]');
  });

  it("pins and unpins the baseline; the differences follow", async () => {
    const { page, text } = await open(runs.slice(0, 6));
    await page.waitForSelector("tr.run");
    expect(await text(".delta")).toEqual([]);
    expect((await text("section:has(#results) > p"))[0]).toContain("Pin a run to see how the others differ from it.");
    await page.getByRole("button", { name: "Pin C as the baseline" }).click();
    await page.waitForSelector("tr.pinned");
    expect(await text("tr.pinned th")).toEqual([expect.stringMatching(/^C .*baseline$/)]);
    expect((await text("tr.group td:nth-child(2) .delta"))[0]).toMatch(/^-\d+\.\d points, worse$/);
    await page.getByRole("button", { name: "Unpin the baseline C" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".delta").length === 0);
  });

  it("adds runs, takes runs out, opens them, and says what one or none of them is", async () => {
    const { page, text, asked } = await open(runs.slice(0, 1), { toAdd: runs.slice(3, 4) });
    await page.getByText("This is one run only. Add another one to compare it with.").waitFor();
    await page.getByRole("button", { name: "Add runs…" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tr.run").length === 2);
    await page.getByRole("button", { name: "Remove A from the comparison" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tr.run").length === 1);
    await page.locator("button.link").click();
    await expect.poll(() => asked.opened).toEqual([runs[3]]);
    await page.getByRole("button", { name: "Remove A from the comparison" }).click();
    await page.getByText("There is nothing to compare yet. Add two runs or more.").waitFor();
    expect(await text("h2")).toEqual([]);
  });

  it("copies every run as CSV in full precision, and the configurations as Markdown", async () => {
    const { page, asked } = await open(runs, { baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    await page.getByRole("button", { name: "Copy as CSV" }).first().click();
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await expect.poll(() => asked.copied.length).toBe(2);
    const rows: Record<string, string>[] = parse(asked.copied[0], { columns: true, record_delimiter: "\r\n" });
    expect(rows.map((row) => row["test.accuracy"])).toEqual(accuracies.map((value) => (Number.isNaN(value) ? "" : String(value))));
    expect(rows[5]).toMatchObject({ configuration: "C", "method.init.type": "class-labels", "training.learningRate": "0.3", "test.accuracy minus baseline": String(accuracies[5] - accuracies[0]) });
    const lines = asked.copied[1].trimEnd().split("\n");
    expect(lines[0]).toContain("| Configuration | Seeds | task.template |");
    expect(lines).toHaveLength(8);
    expect(lines[2]).toMatch(/^\| A \(baseline\) \| seeds 1, 4, 9 \| Message: .* ± 2\.0 \|/);
  });
});

describe("significance on the page", () => {
  it("is one plain sentence a run, with its interval as a picture, and the caution about many", async () => {
    const { page, text } = await open(runs, { baseline: runs[0] });
    await page.waitForSelector(".verdicts li");
    const sentences = await text(".verdicts li p:first-child");
    expect(sentences).toHaveLength(5);
    expect(sentences.at(-1)).toMatch(/^C is better than A1 by 1\d\.\d points \(95% interval \d+\.\d to \d+\.\d\): the difference is larger than chance would give\.$/);
    expect(sentences[0]).toMatch(/^A2 scores \d\.\d points higher than A1 \(95% interval −\d\.\d to \d+\.\d\): this cannot be told from chance with 200 rows\.$/);
    expect(await page.locator("svg.interval").last().getAttribute("aria-label")).toMatch(/^Difference \+1\d\.\d points, 95% interval \d+\.\d to \d+\.\d$/);
    expect((await text(".notice")).join()).toContain("Of many comparisons some look significant by chance alone: with 5, one in twenty would be expected to.");
    expect((await text("section:has(#significance)")).join()).toContain("D, E, F have no answers kept row by row");
  });

  it("can be asked for any two, and for a run against its own baseline", async () => {
    const { page } = await open(runs.slice(0, 6));
    await page.waitForSelector(".verdicts li");
    const choose = async (label: string, option: string): Promise<void> => {
      await page.locator(`vscode-dropdown[aria-label="${label}"]`).click();
      await page.locator(`vscode-dropdown[aria-label="${label}"] vscode-option`, { hasText: option }).first().click();
    };
    await choose("First", "B1");
    await choose("Second", "C");
    await page.getByText(/^C is better than B1 by|^C scores .* higher than B1/).waitFor();
    await choose("Compare", "Every run with its own baseline");
    await page.getByText(/^C is better than C, zero-shot by \d\d\.\d points/).waitFor();
  });

  it("of older and unfinished runs is told to be impossible, with the reason", async () => {
    const { page } = await open([runs[8], runs[7]], { baseline: runs[8] });
    await page.getByText("No run has its answers kept row by row yet").waitFor();
  });
});

describe("curves and sweeps on the page", () => {
  it("curves are bands of each configuration, or each run by itself", async () => {
    const { page, text } = await open(runs.slice(0, 6));
    await page.waitForFunction(() => document.querySelectorAll('figure.chart[data-points]:not([data-points="0"])').length === 2);
    const legend = async () => (await text("figure.chart:first-of-type .legend button")).map((name) => name.replace(/ [\d.]+$/, ""));
    // Runs come one by one: the first may be drawn before the others are read.
    await expect.poll(legend).toEqual(["A (seeds 1, 4, 9)", "B (seeds 1, 4)", "C (seed 1)"]);
    await page.locator('vscode-dropdown[aria-label="Show"]').click();
    await page.locator('vscode-dropdown[aria-label="Show"] vscode-option', { hasText: "Each run" }).click();
    await expect.poll(legend).toEqual(["A1", "A2", "A3", "B1", "B2", "C"]);
    expect(await page.locator("figure.chart").first().getAttribute("data-points")).toBe(String(6 * 40));
  });

  it("parallel coordinates are brushed by keys and by the pointer; the table holds what is chosen", async () => {
    const { host, page, text } = await open(runs);
    await page.waitForSelector(".parallel");
    const titles = await page.locator(".parallel text.title").allTextContents();
    // The tooltip with the whole path, then what stands there.
    expect(titles).toEqual(["task.templatetemplate", "method.init.typeinit.type", "training.learningRatelearningRate", "Test accuracyTest accuracy"]);
    expect(await page.locator(".parallel .line").count()).toBe(9);
    const end = page.getByRole("slider", { name: "Test accuracy: lower end" });
    await end.focus();
    for (let press = 0; press < 19; press++) await host.press("ArrowUp");
    await page.getByText("1 of 9 runs chosen").waitFor();
    expect(await page.locator(".parallel .line.chosen").count()).toBe(1);
    expect(Number(await end.getAttribute("aria-valuenow"))).toBe(95);
    await page.getByText("Chosen runs as a table").click();
    await page.locator("section:has(#sweep) tbody tr").first().waitFor();
    expect((await text("section:has(#sweep) tbody tr"))[0]).toMatch(/^C \(\w+\) .*class-labels 0\.3/);
    await page.getByRole("button", { name: "Choose all" }).click();
    await page.getByText("Drag along an axis").waitFor();
    // The lower half of the axis of templates: {soft:4} of three.
    await page.locator("#sweep").scrollIntoViewIfNeeded();
    await page.locator(".parallel .legend").scrollIntoViewIfNeeded();
    const grip = (await page.locator(".parallel .grip").first().boundingBox())!;
    await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height * 0.98);
    await page.mouse.down();
    await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height * 0.8, { steps: 4 });
    await page.mouse.up();
    await page.getByText("6 of 9 runs chosen").waitFor();
    await page.mouse.click(grip.x + grip.width / 2, grip.y + grip.height / 2);
    await page.getByText("Drag along an axis").waitFor();
  });
});

describe("a comparison of runs under way", () => {
  it("follows them to their end without being asked", async () => {
    const [done, live] = [await made.make(), await made.make({ learningRate: 0.1, ends: "running" })];
    const writer = await RunWriter.open(new RunFolder(live));
    const { page, host } = await open([done, live], { baseline: done });
    await page.getByText("Running, step 17 of 40").waitFor();
    const step = (at: number): RunEvent => ({ type: "step", step: at, steps: 40, epoch: 1, loss: 0.1, learningRate: 0.1, gradientNorm: 1, samplesPerSecond: 1, secondsLeft: null });
    for (let at = 18; at <= 30; at++) writer.append(step(at));
    await page.getByText("Running, step 30 of 40").waitFor();
    const test = { items: 200, accuracy: 0.95, macroF1: 0.95, loss: 0.2 };
    for (const event of [{ type: "evaluation", step: 40, split: "test", measures: test }, { type: "state", state: "succeeded" }, { type: "result", status: "succeeded", run: live, adapter: null, test, baselines: {}, seconds: 3, trainingSeconds: 2, peakMemoryMB: 1 }] as const) writer.append(event);
    writer.close();
    await page.getByText("95.0%").first().waitFor();
    expect(await page.getByText(/^Running/).count()).toBe(0);
    expect(await page.locator("figure.chart").first().getAttribute("data-points")).toBe(String(40 + 30));
    expect(host.problems).toEqual([]);
  });
});
