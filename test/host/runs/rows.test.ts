import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contextOf } from "../../../src/host/runs/row-context.js";
import { groupRow, jobRow, runRow } from "../../../src/host/runs/row-text.js";
import { escapeMarkdown } from "../../../src/host/runs/row-tooltip.js";
import { groupRuns } from "../../../src/host/runs/run-groups.js";
import { ageText, clockText, durationText, metricText } from "../../../src/host/runs/words.js";
import { english, entry, job, now, running } from "./support.js";

const alone = { baseline: false, twin: false };

test("a row tells the state, the progress, the metric and the age of its run", () => {
  expect(runRow(english, running({ id: "0a1b2c" }), { ...alone, twin: true })).toMatchObject({ label: "seed 1 · 0a1b2c", description: "step 120/300 · 12 s left · accuracy 90.0 % · 3 min. ago", icon: { id: "sync~spin", color: "charts.blue" } });
  expect(runRow(english, running(), alone).label).toBe("seed 1");
  expect(runRow(english, entry(), alone).description).toBe("accuracy 95.2 % · 3 min. ago");
  expect(runRow(english, entry(), { ...alone, baseline: true }).description).toBe("baseline · accuracy 95.2 % · 3 min. ago");
  expect(runRow(english, entry({ state: "stopped", step: 40, metric: null }), alone).description).toBe("stopped at step 40/300 · 3 min. ago");
  expect(runRow(english, entry({ state: "interrupted", steps: null, step: 40, metric: null, created: null, damage: ["journal.jsonl, line 3."] }), alone).description).toBe("damaged · interrupted at step 40");
  expect(runRow(english, entry({ seed: null, id: "renamed" }), alone).label).toBe("renamed");
  const states = (["queued", "running", "paused", "stopped", "succeeded", "failed", "interrupted"] as const).map((state) => runRow(english, entry({ state }), alone).icon.id);
  expect(new Set(states).size).toBe(states.length);
});

test("a row of this window's own job tells what the job is busy with", () => {
  const resumed = entry({ state: "stopped", step: 40 });
  const at = (given: object): string => runRow(english, resumed, { ...alone, job: job({ run: resumed.path, ...given }) }).description;
  expect(at({ state: "queued" })).toMatch(/^waiting for its turn · /);
  expect(at({ state: "preparing", activity: { kind: "downloading", text: "downloading smollm2.gguf", done: 33, total: 98 } })).toMatch(/^downloading smollm2.gguf 33 % · /);
  expect(at({ state: "preparing", activity: { kind: "data", text: "reading", done: 33 } })).toMatch(/^reading · /);
  expect(runRow(english, running(), { ...alone, job: job({ state: "running", activity: { kind: "pausing", text: "pausing" } }) }).description).toMatch(/^step 120\/300 · pausing · /);
  expect(at({ state: "stopping" })).toMatch(/^stopping · step 40\/300 · /);
  const trained = running({ step: 300, secondsLeft: 0, metric: null });
  expect(runRow(english, trained, { ...alone, job: job({ state: "running", run: trained.path, activity: { kind: "test", text: "testing", done: 1, total: 2 } }) }).description).toBe("step 300/300 · testing 50 % · 3 min. ago");
  expect(jobRow(english, job({ title: "my spam", state: "queued" }))).toMatchObject({ label: "my spam", description: "waiting for its turn", context: "job;active;" });
  expect(jobRow(english, job({ state: "stopping" })).context).toBe("job;");
});

test("the whole row can be heard as a sentence", () => {
  expect(runRow(english, running(), { ...alone, baseline: true }).spoken).toBe("Run of spam, seed 1, running, baseline, step 120/300, 12 s left, accuracy 90.0 %, 3 min. ago");
});

test("an experiment's row tells its best run and the mean over its seeds", () => {
  const runs = [0.95, 0.96, 0.94].map((value, seed) => entry({ seed, metric: { name: "accuracy", value, split: "test" } }));
  expect(groupRow(english, groupRuns(runs)[0], { showFolder: false })).toMatchObject({ label: "spam", description: "3 runs · best accuracy 96.0 % · accuracy 95.0 ± 1.0 % over 3 seeds" });
  expect(groupRow(english, groupRuns([entry()])[0], { showFolder: true }).description).toBe("work · 1 run · best accuracy 95.2 %");
});

test("what menus ask for is said in whole words", () => {
  const own = { ...alone, job: job({ state: "running" }) };
  expect(contextOf(entry(), alone)).toBe("run;succeeded;finished;learned;");
  expect(contextOf(entry(), { ...alone, baseline: true })).toBe("run;succeeded;finished;learned;baseline;");
  expect(contextOf(running(), own)).toBe("run;running;learned;active;pausable;");
  expect(contextOf(running(), alone)).toBe("run;running;learned;active;");
  expect(contextOf(running({ state: "paused" }), { ...own, job: job({ state: "paused" }) })).toBe("run;paused;learned;active;");
  expect(contextOf(entry({ state: "interrupted", learned: "nothing" }), alone)).toBe("run;interrupted;resumable;");
  expect(contextOf(entry({ state: "stopped", learned: "checkpoint" }), { ...alone, job: job({ state: "preparing" }) })).toBe("run;stopped;learned;active;");
  expect(contextOf(running(), { ...alone, job: job({ state: "stopping" }) })).toBe("run;running;learned;");
});

test("every condition of the menus on runs can be met, and no row has more than three actions", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { contributes: { menus: Record<string, { command: string; when: string; group: string }[]> } };
  const items = manifest.contributes.menus["view/item/context"].filter(({ when }) => when.includes("promptTuning.runs"));
  const contexts = [
    ...(["queued", "running", "paused", "stopped", "succeeded", "failed", "interrupted"] as const).flatMap((state) =>
      [undefined, job({ state: "running" }), job({ state: "paused" }), job({ state: "stopping" }), job({ state: "preparing" })].flatMap((atWork) =>
        [false, true].flatMap((baseline) => (["nothing", "checkpoint", "adapter"] as const).map((learned) => contextOf(entry({ state, learned, active: atWork !== undefined }), { ...alone, baseline, job: atWork }))),
      ),
    ),
    jobRow(english, job()).context,
    groupRow(english, groupRuns([entry(), entry()])[0], { showFolder: false }).context,
  ];
  const meets = (when: string, context: string): boolean => [...when.matchAll(/(!?)\(?viewItem =~ \/([^/]+)\//g)].every(([, not, pattern]) => new RegExp(pattern).test(context) !== (not === "!"));
  for (const { command, when } of items) expect(contexts.some((context) => meets(when, context)), `${command}: ${when}`).toBe(true);
  for (const context of contexts) expect(items.filter(({ group, when }) => group.startsWith("inline") && meets(when, context)).length, context).toBeLessThanOrEqual(3);
});

test("numbers, durations and ages read as people write them", () => {
  expect([0, 8.4, 185, 7440, 7199].map((seconds) => durationText(english, seconds))).toEqual(["0 s", "8 s", "3 min 05 s", "2 h 04 min", "2 h 00 min"]);
  expect([0, 42.4, 185, 7440].map(clockText)).toEqual(["0:00", "0:42", "3:05", "2:04:00"]);
  expect(metricText(english, { name: "loss", value: 0.31249, split: "test" })).toBe("loss 0.312");
  expect(metricText(english, { name: "macroF1", value: 1, split: "test" })).toBe("macro-F1 100.0 %");
  const ago = (seconds: number): string => ageText(english, new Date(now - seconds * 1000).toISOString());
  expect([0, 59, 60, 3599, 3600, 86_399, 86_400, 40 * 86_400, 800 * 86_400].map(ago)).toEqual(["now", "now", "1 min. ago", "59 min. ago", "1 hr. ago", "23 hr. ago", "yesterday", "last mo.", "2 yr. ago"]);
  // A clock of another machine may be ahead.
  expect(ago(-500)).toBe("now");
  expect([ageText(english, null), ageText(english, "some day")]).toEqual(["", ""]);
  expect(ageText({ ...english, language: "zh-cn" }, new Date(now - 180_000).toISOString())).toBe("3分钟前");
});

test("texts of files and errors are no Markdown, no HTML, no icons and no links in a tooltip", () => {
  expect(escapeMarkdown("[a](command:x) <b>&$(eye) `c`\n# d")).toBe("\\[a\\]\\(command\\:x\\) &lt;b\\>&amp;\\$\\(eye\\) \\`c\\` \\# d");
  const { tooltip } = runRow(english, entry({ state: "failed", reason: "**no** [link](http://x.test)", damage: ["<img>"] }), alone);
  expect(tooltip()).toContain("\\*\\*no\\*\\* \\[link\\]\\(http\\:\\/\\/x\\.test\\)");
  expect(tooltip()).not.toContain("<img");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = escapeMarkdown(text);
      expect(escaped).not.toMatch(/[<\n\u202E]/);
      for (const character of "`*_[]()#$|~") expect(escaped.replaceAll(`\\${character}`, "")).not.toContain(character);
    }),
  );
});
