import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Backbone } from "../../../src/backbone/backbone.js";
import { openBackbone } from "../../../src/backbone/open-backbone.js";
import { trialOnThisMachine } from "../../../src/backend/gradients/machine-trial.js";
import { measureProducts, type ProductTrial } from "../../../src/backend/gradients/product-trial.js";

const modelFile = path.resolve("test/fixtures/tiny.gguf");
const settings = { threads: 1, packWeights: false };
const noted: ProductTrial = { exactMilliseconds: 3, approximateMilliseconds: 1, leastCosine: 1 };

async function tiny(weights?: "stored"): Promise<{ backbone: Backbone; cache: string }> {
  const cache = mkdtempSync(path.join(tmpdir(), "ptune-trial-"));
  const backbone = await openBackbone({ name: "tiny", format: "gguf", modelFile, folder: path.dirname(modelFile), files: [], description: "tiny" }, { cache, weights });
  onTestFinished(async () => {
    await backbone.dispose();
    rmSync(cache, { recursive: true, force: true });
  });
  return { backbone, cache };
}

it("computes a layer's backward products both ways: alike, and not the same", async () => {
  const { backbone, cache } = await tiny();
  let compared: [Float32Array, Float32Array][] = [];
  const trial = await trialOnThisMachine(backbone, settings, cache, async (products) => {
    const [exact, approximate] = [await products.exact(), await products.approximate()];
    compared = exact.map((each, i) => [each, approximate[i]]);
    return measureProducts(products, () => 0);
  });
  expect(compared.length).toBe(3);
  for (const [exact, approximate] of compared) expect(approximate).not.toEqual(exact);
  // Rows of a few columns are rougher than those of a real model; other processors than the tests' may be rougher still.
  expect((trial as ProductTrial).leastCosine).toBeGreaterThan(0.9);
  expect((trial as ProductTrial).leastCosine).toBeLessThanOrEqual(1);
});

it("is made once, for each number of threads, and again where its note is damaged", async () => {
  const { backbone, cache } = await tiny();
  let trials = 0;
  const measure = async (): Promise<ProductTrial> => (trials++, noted);
  for (let i = 0; i < 2; i++) expect(await trialOnThisMachine(backbone, settings, cache, measure)).toEqual(noted);
  expect(trials).toBe(1);
  await trialOnThisMachine(backbone, { ...settings, threads: 2 }, cache, measure);
  expect(trials).toBe(2);
  for (const name of readdirSync(path.join(cache, "trials"))) writeFileSync(path.join(cache, "trials", name), "{");
  expect(await trialOnThisMachine(backbone, settings, cache, measure)).toEqual(noted);
  expect(trials).toBe(3);
});

it("says what failed, and notes nothing, where onnxruntime has no such products", async () => {
  const { backbone, cache } = await tiny();
  const lacking = { description: backbone.description, openBackwardProducts: () => Promise.reject(new Error("no DynamicQuantizeMatMul")) } as unknown as Backbone;
  expect(await trialOnThisMachine(lacking, settings, cache)).toEqual({ failed: "no DynamicQuantizeMatMul" });
  expect(await trialOnThisMachine(backbone, settings, cache, async () => noted)).toEqual(noted);
});

it("is not made for a backbone without an approximate backward pass", async () => {
  const { backbone, cache } = await tiny();
  expect(await trialOnThisMachine({ description: backbone.description } as Backbone, settings, cache)).toBeUndefined();
});
