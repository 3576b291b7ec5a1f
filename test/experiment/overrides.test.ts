import path from "node:path";
import { expect, test } from "vitest";
import type { PromptTuningError } from "../../src/common/errors.js";
import { type LoadedExperiment, validateExperimentText } from "../../src/experiment/load-experiment.js";
import { withOverrides } from "../../src/experiment/overrides.js";

const text = `{
  // A comment, as people write them.
  "name": "spam",
  "model": { "hub": "owner/name", "file": "a.gguf" },
  "dataset": { "train": "train.tsv", "columns": { "text": "text", "label": "label" } },
  "task": { "type": "classification", "template": "{text}{soft:4}{label}", "verbalizer": { "ham": " no", "spam": " yes" } },
  "method": { "init": { "type": "text", "text": "Is it spam?" } },
  "training": { "steps": 10, "seed": 1 },
}`;
const loaded: LoadedExperiment = { experiment: validateExperimentText(text).experiment!, file: path.resolve("spam.ptune.json"), folder: path.resolve("."), text, warnings: [] };
const changed = (overrides: Record<string, unknown>) => withOverrides(loaded, overrides).experiment;

function refused(overrides: Record<string, unknown>): PromptTuningError {
  try {
    withOverrides(loaded, overrides);
  } catch (error) {
    return error as PromptTuningError;
  }
  return expect.fail("it was accepted");
}

test("objects are merged key by key, everything else is replaced", () => {
  expect(withOverrides(loaded, undefined)).toBe(loaded);
  expect(withOverrides(loaded, {})).toBe(loaded);
  expect(changed({ training: { seed: 2 } })).toEqual({ ...loaded.experiment, training: { ...loaded.experiment.training, seed: 2 } });
  expect(changed({ evaluation: { baselines: ["zero-shot"] } }).evaluation.baselines).toEqual(["zero-shot"]);
  expect(changed({ training: { clipNorm: null } }).training.clipNorm).toBeNull();
});

test("where the form of a setting changes, the keys of its other form go", () => {
  expect(changed({ method: { init: { type: "random" } } }).method.init).toEqual({ type: "random" });
  expect(changed({ method: { init: { type: "text", text: "other" } } }).method.init).toEqual({ type: "text", text: "other" });
  expect(changed({ model: { path: "a.gguf" } }).model).toEqual({ path: "a.gguf" });
  expect(changed({ model: "smollm2-135m-instruct" }).model).toBe("smollm2-135m-instruct");
});

test("what does not fit is refused in the words of the experiment's own check", () => {
  expect(refused({ training: { stepps: 3 } })).toMatchObject({ kind: "experiment", reason: expect.stringContaining('"stepps"'), file: loaded.file });
  expect(refused({ training: { steps: -1 } })).toMatchObject({ reason: expect.stringContaining("training.steps"), setting: ["training", "steps"] });
  expect(refused({ task: { verbalizer: null } }).kind).toBe("experiment");
  expect(refused(JSON.parse('{ "__proto__": { "steps": 3 } }') as Record<string, unknown>).kind).toBe("experiment");
  expect(({} as Record<string, unknown>).steps).toBeUndefined();
});

test("what the experiment was is not changed", () => {
  const before = structuredClone(loaded.experiment);
  changed({ training: { seed: 5 }, task: { template: "{text} {soft:8}{label}" } });
  expect(loaded.experiment).toEqual(before);
});
