import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ended, withBuiltPtune, workspace } from "./ptune.js";

/** Variations of an experiment that train side by side. */

withBuiltPtune();
const here = workspace();

beforeAll(() => {
  here.writeExperiment(({ training }) => {
    training.steps = 12;
  });
});

const sweep = (folder: string, ...argv: string[]): Promise<Ended> => here.run(["sweep", "tiny.ptune.json", ...argv, "--json", "--runs", folder]);
const eventsOf = (ended: Ended, seed: number) => ended.json().filter((event) => event.settings?.["training.seed"] === seed);
const lossesOf = (events: readonly { type?: string; loss?: number }[]) => events.filter(({ type }) => type === "step").map(({ loss }) => loss!);

describe("a sweep", () => {
  it("leaves the runs that its variations are alone", async () => {
    const ended = await sweep("together", "--seeds", "3");
    expect(ended.code, ended.stderr).toBe(0);
    const summary = ended.json().at(-1)!;
    expect(summary).toMatchObject({ type: "sweep", runs: [1, 2, 3].map((seed) => ({ settings: { "training.seed": seed }, status: "succeeded" })) });
    expect((await here.run(["runs", "--json", "--runs", "together"])).json().map(({ state }) => state)).toEqual(["succeeded", "succeeded", "succeeded"]);
    for (const [place, seed] of [1, 2, 3].entries()) {
      here.write("alone.ptune.json", here.read("tiny.ptune.json").replace('"steps": 12', `"steps": 12, "seed": ${seed}`));
      const alone = await here.run(["run", "alone.ptune.json", "--json", "--runs", "alone"]);
      expect(alone.code, alone.stderr).toBe(0);
      const [own, shared] = [lossesOf(alone.json()), lossesOf(eventsOf(ended, seed))];
      expect(shared).toHaveLength(12);
      shared.forEach((loss, step) => expect(loss).toBeCloseTo(own[step], 4));
      const result = alone.json().at(-1)!;
      expect(summary.runs[place].test.accuracy).toBe(result.test.accuracy);
      const { baselines } = eventsOf(ended, seed).at(-1)!;
      expect(baselines).toEqual(result.baselines);
      const kept = JSON.parse(readFileSync(path.join(summary.runs[place].run, "experiment.json"), "utf8"));
      expect(kept.training.seed).toBe(seed);
    }
  });

  it("gives the same twice, also with settings that need other programs", async () => {
    const [first, second] = [await sweep("twice", "--vary", 'task.template=["{soft:2} {text} Spam:{label}","Message: {text}\\n{soft:3}Spam:{label}"]', "training.learningRate=0.1,0.05"), await sweep("twice", "--vary", 'task.template=["{soft:2} {text} Spam:{label}","Message: {text}\\n{soft:3}Spam:{label}"]', "training.learningRate=0.1,0.05")];
    expect(first.code, first.stderr).toBe(0);
    const told = (ended: Ended) => ended.json().filter(({ type }) => type === "step").map(({ settings, step, loss }) => JSON.stringify({ settings, step, loss })).sort();
    expect(told(first)).toHaveLength(48);
    expect(told(second)).toEqual(told(first));
  });

  it("tells a person what ended how, with means over seeds", async () => {
    const ended = await here.run(["sweep", "tiny.ptune.json", "--vary", "training.learningRate=0.1,0.01", "--seeds", "2", "--runs", "told"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain("4 runs\n");
    expect(ended.stdout).toMatch(/learningRate +seed +state +accuracy +loss +run/);
    expect(ended.stdout.match(/^ +0\.\d+ +\d +succeeded +\d\.\d{4} +\d\.\d{3} +tiny-\S+$/gm)).toHaveLength(4);
    expect(ended.stdout).toContain("  Baselines: majority 0.5000, zero-shot ");
    expect(ended.stdout).toMatch(/Over seeds\n +learningRate +seeds +mean accuracy +± sd/);
    expect(ended.stderr).toContain("[learningRate 0.1, seed 1]");
    // What all have in common is said once.
    expect(ended.stderr.match(/Opening the backbone/g)).toHaveLength(1);
    expect(ended.stderr.match(/^ {2}majority:/gm)).toHaveLength(1);
  });

  it("that is stopped leaves a checkpoint of each run, and each goes on", async () => {
    here.write("long.ptune.json", here.read("tiny.ptune.json").replace('"steps": 12', '"steps": 400'));
    const started = here.start(["sweep", "long.ptune.json", "--seeds", "2", "--json", "--runs", "stopped"]);
    await started.until('"step":30,');
    started.process.kill("SIGINT");
    const ended = await started.ended;
    expect(ended.code, ended.stderr).toBe(130);
    const runs = (await here.run(["runs", "--json", "--runs", "stopped"])).json();
    expect(runs.map(({ state }) => state)).toEqual(["stopped", "stopped"]);
    const resumed = await here.run(["resume", runs[0].name, "--json", "--runs", "stopped"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.json().at(-1)).toMatchObject({ type: "result", status: "succeeded" });
  });

  it.each([
    [["--vary", "training.steps=1,zwei"], 2, /does not run with steps zwei/],
    [["--vary", "training.lr=1,2"], 2, /does not run with lr 1/],
    [["--vary", "training.steps"], 2, /does not say what to vary/],
    [[], 2, /A sweep varies something/],
    [["--seeds", "0"], 2, /whole number/],
  ] as const)("is refused before anything begins: %j", async (argv, code, message) => {
    const ended = await here.run(["sweep", "tiny.ptune.json", ...argv, "--runs", "refused"]);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect((await here.run(["runs", "--json", "--runs", "refused"])).stdout).toBe("");
  });

  it("goes on where one of its runs fails", async () => {
    const ended = await sweep("failing", "--vary", "training.learningRate=0.1,1e39");
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.json().at(-1)!.runs.map(({ status }: { status: string }) => status)).toEqual(["succeeded", "failed"]);
    expect(ended.stderr).toContain("[learningRate 1e+39] failed: ");
  });
});
