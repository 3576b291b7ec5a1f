import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareConfigurations, configurationKey, flatten } from "../../src/comparison/configuration.js";
import { groupLetter, groupRuns } from "../../src/comparison/groups.js";
import { axisOf, isSweep, placeOn } from "../../src/comparison/sweep.js";

const experiment = (learningRate: number, seed: number, template = "{soft:4}{text}", extra: object = {}) => ({
  $schema: "for editors",
  name: "spam",
  task: { type: "classification", template, verbalizer: { ham: " no", "not.spam": " yes" } },
  training: { learningRate, seed, clipNorm: null, ...extra },
  evaluation: { baselines: ["majority", { hardPrompt: "?" }] },
});
const run = (...given: Parameters<typeof experiment>) => ({ configuration: flatten(experiment(...given)) });

describe("configurations", () => {
  it("are paths and values; lists are one value, keys with dots are quoted, what is for editors is left out", () => {
    expect([...flatten(experiment(0.1, 1))]).toEqual([
      ["name", "spam"],
      ["task.type", "classification"],
      ["task.template", "{soft:4}{text}"],
      ["task.verbalizer.ham", " no"],
      ['task.verbalizer["not.spam"]', " yes"],
      ["training.learningRate", 0.1],
      ["training.seed", 1],
      ["training.clipNorm", null],
      ["evaluation.baselines", '["majority",{"hardPrompt":"?"}]'],
    ]);
  });

  it("keep different settings apart, whatever their names", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }))), (object) => {
        const leaves = (value: unknown): number => (typeof value === "object" && value !== null ? Object.values(value).reduce((sum: number, member) => sum + leaves(member), 0) : 1);
        const hidden = typeof object.$schema === "number" ? 1 : 0;
        expect(flatten(object).size).toBe(leaves(object) - hidden);
      }),
    );
  });

  it("side by side: what differs comes apart from what is equal, the seed last, missing settings are told", () => {
    const { differing, equal } = compareConfigurations([run(0.1, 1).configuration, run(0.2, 2, "{text}{soft:4}", { momentum: 0.9 }).configuration]);
    expect(differing).toEqual([
      { key: "task.template", values: ["{soft:4}{text}", "{text}{soft:4}"] },
      { key: "training.learningRate", values: [0.1, 0.2] },
      { key: "training.momentum", values: [undefined, 0.9] },
      { key: "training.seed", values: [1, 2] },
    ]);
    expect(equal.map(({ key }) => key)).toContain("training.clipNorm");
    expect(compareConfigurations([]).differing).toEqual([]);
  });

  it("that differ in the seed only are one group", () => {
    const runs = [run(0.1, 1), run(0.2, 1), run(0.1, 2), run(0.2, 3), run(0.1, 1)];
    const groups = groupRuns(runs, compareConfigurations(runs.map(({ configuration }) => configuration)));
    expect(groups.map((group) => group.runs.map((each) => runs.indexOf(each)))).toEqual([[0, 2, 4], [1, 3]]);
    expect(groups[1].settings).toEqual([{ key: "training.learningRate", value: 0.2 }]);
    expect(configurationKey(flatten({ b: 1, a: 2 }))).toBe(configurationKey(flatten({ a: 2, b: 1 })));
  });

  it("have letters for a person", () => {
    expect([0, 25, 26, 27, 51, 52, 701, 702].map(groupLetter)).toEqual(["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
  });
});

describe("axes of a sweep", () => {
  it("are logarithmic where the values span more than two orders, linear else, names where any value is none", () => {
    expect(axisOf("lr", [0.001, 0.1, 1])).toEqual({ kind: "numeric", key: "lr", scale: "log", domain: [0.001, 1] });
    expect(axisOf("lr", [0.01, 1])).toMatchObject({ scale: "linear" });
    expect(axisOf("delta", [0, 1000])).toMatchObject({ scale: "linear" });
    expect(axisOf("init", ["text", "random", "text"])).toEqual({ kind: "categorical", key: "init", categories: ["random", "text"] });
    expect(axisOf("template", ["{soft:20}", "{soft:4}", undefined, "{soft:100}", null, 7])).toMatchObject({ categories: [7, "{soft:4}", "{soft:20}", "{soft:100}", null, undefined] });
    expect(axisOf("clip", [1, null, undefined])).toMatchObject({ kind: "categorical", categories: [1, null, undefined] });
  });

  it("place every value between bottom and top, the least at the bottom", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
        const axis = axisOf("x", values);
        const places = values.map((value) => placeOn(axis, value));
        for (const place of places) expect(place).toBeGreaterThanOrEqual(0), expect(place).toBeLessThanOrEqual(1 + 1e-12);
        values.forEach((value, at) => values.forEach((other, to) => value < other && expect(places[at]).toBeLessThanOrEqual(places[to])));
      }),
    );
    expect(placeOn(axisOf("lr", [0.001, 1]), 0.03162277660168379)).toBeCloseTo(0.5, 9);
    expect(placeOn(axisOf("init", ["a", "b", "c"]), "b")).toBe(0.5);
    expect(placeOn(axisOf("init", ["a"]), "a")).toBe(0.5);
  });

  it("are worth a picture from three runs and two settings on, the seed not counted", () => {
    const compare = (...runs: ReturnType<typeof run>[]) => compareConfigurations(runs.map(({ configuration }) => configuration));
    expect(isSweep(compare(run(0.1, 1), run(0.2, 2), run(0.3, 3)))).toBe(false);
    expect(isSweep(compare(run(0.1, 1, "a{soft:1}"), run(0.2, 1)))).toBe(false);
    expect(isSweep(compare(run(0.1, 1, "a{soft:1}"), run(0.2, 1), run(0.2, 2)))).toBe(true);
  });
});
