import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { worst } from "../../bench/parity/compare.js";
import { batchInvariance, hardPromptInvariance, InvarianceCase, type InvarianceResult, layoutInvariance, places } from "../../bench/parity/invariance.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { plainLayout, planLayout } from "../../src/engine/decoder/layout.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";

/** On a tiny random model from a GGUF file of this repository: every layout, every head, nothing fetched. */

const limit = 1e-5;
let cache: string;
let backbone: Backbone;
let input: InvarianceCase;

beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), "ptune-parity-"));
  const files = await resolveModelSource({ path: "fixtures/tiny.gguf" }, path.join(import.meta.dirname, "..")).fetch();
  backbone = await openBackbone(files, { cache });
  const texts = [7, 30, 5, 18].map((length, item) => Int32Array.from({ length }, (_, i) => 3 + ((i * 37 + item * 101) % 250)));
  input = new InvarianceCase(backbone, { virtualTokens: 7, texts, seed: 2 });
});
afterAll(async () => {
  await backbone?.dispose();
  await rm(cache, { recursive: true, force: true });
});

function expectEqual(results: readonly InvarianceResult[]): void {
  for (const { name, loss, logProbabilities, gradients = 0 } of results) expect(worst([loss, logProbabilities, gradients]), name).toBeLessThanOrEqual(limit);
}
const everyCombination = () => places.flatMap((place) => input.heads.map((head) => [place, head] as const));

describe("what must not change a result, on the tiny model", () => {
  it("a padded batch equals its sequences one at a time, at every place and head", async () => {
    const results = await batchInvariance(input, everyCombination());
    expect(results).toHaveLength(9);
    expectEqual(results);
  });

  it("a soft prompt of real tokens' embeddings equals those tokens", async () => expectEqual(await hardPromptInvariance(input, everyCombination())));

  it("kept keys/values and shared rows equal the plain layout, for every head", async () => {
    const results = await layoutInvariance(input, input.heads);
    expect(results).toHaveLength(21);
    expectEqual(results);
  });

  it("the comparison sees a difference: a prompt changed by a thousandth is not equal", async () => {
    const program = await input.program(input.heads[0]);
    const batch = input.batch("suffix");
    const before = await program.score(batch, input.values);
    const after = await program.score(batch, { ...input.values, prompt: input.values.prompt.map((value) => value * 1.001) });
    await program.dispose();
    expect(Math.abs(after.loss - before.loss) / before.loss).toBeGreaterThan(limit);
  });
});

describe("the plain layout", () => {
  it("is another one than what the comparisons hold it against", () => {
    const planned = (batch: Parameters<typeof planLayout>[0]) => planLayout(batch, () => 0);
    expect(planned(input.batch("suffix"))).toEqual({ past: "each", pastLengths: [6, 29, 4, 17], sharedLength: 0 });
    expect(planned(input.batchWithCommonText())).toEqual({ past: "one", pastLengths: [2, 2, 2, 2], sharedLength: 4 });
    expect(planned(input.batch("prefix"))).toMatchObject({ past: "none", sharedLength: 7 });
    for (const batch of [input.batch("suffix"), input.batch("prefix")]) expect(plainLayout(batch)).toEqual({ past: "none", pastLengths: [0, 0, 0, 0], sharedLength: 0 });
  });

  it("gives the same gradients, step after step, as the fast one while the prompt changes", async () => {
    const [fast, plain] = [await input.program(input.heads[0]), await input.program(input.heads[0], { layout: "plain" })];
    const batch = input.batch("suffix");
    let prompt = input.values.prompt;
    for (let step = 0; step < 5; step++) {
      const [a, b] = [await fast.step(batch, { prompt }), await plain.step(batch, { prompt })];
      expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThanOrEqual(limit);
      prompt = prompt.map((value, i) => value - 0.1 * b.gradients.prompt[i]);
    }
    await fast.dispose();
    await plain.dispose();
  });
});
