import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { describeRun, findRun, listRuns } from "../../../src/host/language-model-tools/answers.js";
import { checkInput, toolInputs } from "../../../src/host/language-model-tools/inputs.js";
import { experimentPath, experimentToStart, planOf } from "../../../src/host/language-model-tools/start-run.js";
import type { RunEvent } from "../../../src/runs/events.js";
import { HistoryBuilder } from "../../../src/runs/run-history.js";
import { entry } from "../runs/support.js";

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { contributes: { languageModelTools: { name: string; toolReferenceName: string; inputSchema: object }[] } };

describe("the manifest", () => {
  it("tells language models the inputs that are checked", () => {
    const declared = manifest.contributes.languageModelTools;
    expect(declared.map(({ name, toolReferenceName }) => [name, toolReferenceName])).toEqual([
      ["promptTuning_list_runs", "list_runs"],
      ["promptTuning_get_run", "get_run"],
      ["promptTuning_start_run", "start_run"],
    ]);
    for (const { name, inputSchema } of declared) {
      const { $schema: _, ...own } = z.toJSONSchema(toolInputs[name as keyof typeof toolInputs], { target: "draft-7", io: "input" });
      expect(inputSchema, name).toEqual(own);
    }
  });
});

describe("inputs", () => {
  it("are checked, with words about what is wrong", () => {
    expect(checkInput("promptTuning_list_runs", undefined)).toEqual({ limit: 20 });
    expect(() => checkInput("promptTuning_list_runs", { limit: 1000 })).toThrow(/limit/);
    expect(() => checkInput("promptTuning_get_run", {})).toThrow(/run/);
    expect(() => checkInput("promptTuning_start_run", { experiment: "a", shell: "rm" })).toThrow(/shell/);
  });

  it("of any kind are taken or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.constantFrom("promptTuning_list_runs" as const, "promptTuning_get_run" as const, "promptTuning_start_run" as const), fc.jsonValue(), (name, input) => {
        try {
          checkInput(name, input);
        } catch (error) {
          expect(error).toMatchObject({ kind: "usage" });
        }
      }),
    );
  });
});

describe("answers", () => {
  const runs = [entry({ state: "running", active: true }), entry({ experimentName: "mood" }), entry({ seed: 2 })];

  it("list runs by experiment and state, with how many there are in all", () => {
    expect(listRuns(runs, { limit: 1 })).toMatchObject({ total: 3, runs: [{ run: runs[0].name, metric: { name: "accuracy", value: 0.952, split: "test" } }] });
    expect(listRuns(runs, { limit: 9, experiment: "mood" }).runs.map(({ run }) => run)).toEqual([runs[1].name]);
    expect(listRuns(runs, { limit: 9, state: "running" }).runs.map(({ run }) => run)).toEqual([runs[0].name]);
  });

  it("find a run by its name, id or path", () => {
    for (const text of [runs[1].name, runs[1].id, runs[1].path]) expect(findRun(runs, text)).toBe(runs[1]);
    expect(() => findRun(runs, "none")).toThrow(/no run "none"/);
    expect(() => findRun([runs[0], { ...runs[1], id: runs[0].id }], runs[0].id)).toThrow(/could be 2 runs/);
  });

  it("describe a run in few words, however long it is", () => {
    const builder = new HistoryBuilder();
    const events: RunEvent[] = [
      ...Array.from({ length: 5000 }, (_, i): RunEvent => ({ type: "step", step: i + 1, steps: 5000, epoch: 1, loss: 1 / (i + 1), learningRate: 0.1, gradientNorm: 1, samplesPerSecond: 1, secondsLeft: 1 })),
      { type: "evaluation", step: 5000, split: "validation", best: true, measures: { items: 10, accuracy: 0.912345678, loss: 0.3 } },
      { type: "baseline", name: "majority", measures: { items: 10, accuracy: 0.5 } },
      { type: "message", level: "warning", code: "x", text: "careful" },
      { type: "message", level: "info", code: "y", text: "nothing" },
    ];
    for (const event of events) builder.add(event);
    const answer = describeRun(runs[0], builder.build(), { name: "spam" });
    expect(answer.losses).toHaveLength(20);
    expect(answer.losses[0]).toEqual([1, 1]);
    expect(answer.losses.at(-1)).toEqual([5000, 0.0002]);
    expect(answer.evaluations).toEqual([{ step: 5000, split: "validation", best: true, accuracy: 0.91235, loss: 0.3, items: 10 }]);
    expect(answer).toMatchObject({ baselines: { majority: { accuracy: 0.5 } }, warnings: ["careful"], experiment: { name: "spam" } });
    expect(JSON.stringify(answer).length).toBeLessThan(2500);
  });
});

describe("starting a run", () => {
  let outside: string;
  let folder: string;
  const experiment = { name: "a", model: "smollm2-135m-instruct", dataset: "spam-assassin", task: { type: "classification", template: "{text}{soft:7}{label}" } };
  beforeAll(() => {
    outside = mkdtempSync(path.join(tmpdir(), "tools-"));
    folder = path.join(outside, "workspace");
    mkdirSync(path.join(folder, "inner"), { recursive: true });
    for (const file of [path.join(folder, "inner", "a.ptune.json"), path.join(outside, "b.ptune.json")]) writeFileSync(file, JSON.stringify(experiment));
    symlinkSync(path.join(outside, "b.ptune.json"), path.join(folder, "link.ptune.json"));
  });
  afterAll(() => rmSync(outside, { recursive: true, force: true }));

  it("takes experiments of the workspace only", async () => {
    expect(await experimentPath("inner/a.ptune.json", [folder])).toBe(path.join(folder, "inner", "a.ptune.json"));
    expect(await experimentPath(path.join(folder, "inner/a.ptune.json"), ["/nowhere", folder])).toBe(path.join(folder, "inner", "a.ptune.json"));
    for (const named of ["../b.ptune.json", path.join(outside, "b.ptune.json"), "link.ptune.json", "none.ptune.json", "inner", "", "inner/../../b.ptune.json", "a\0.ptune.json"])
      await expect(experimentPath(named, [folder]), named).rejects.toMatchObject({ kind: "usage" });
    await expect(experimentPath("a.ptune.json", [])).rejects.toMatchObject({ kind: "usage" });
  });

  it("tells what it will do, changes included", async () => {
    const file = path.join(folder, "inner", "a.ptune.json");
    expect(planOf(await experimentToStart(file, { training: { steps: 12 } }))).toEqual({ name: "a", model: "smollm2-135m-instruct", virtualTokens: 7, steps: 12, batchSize: 8, modelBytes: 98_362_432 });
    await expect(experimentToStart(file, { training: { steps: 0 } })).rejects.toMatchObject({ kind: "experiment" });
  });
});
