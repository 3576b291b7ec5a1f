import { describe, expect, it } from "vitest";
import { chooseGradients, leastGain, leastLikeness } from "../../../src/backend/gradients/choose-gradients.js";
import type { ProductTrial } from "../../../src/backend/gradients/product-trial.js";

const fast: ProductTrial = { exactMilliseconds: 100 * leastGain, approximateMilliseconds: 100, leastCosine: leastLikeness };
const auto = (trial: ProductTrial | { failed: string } | undefined) => chooseGradients({ asked: "auto", qualityShown: true, trial: async () => trial });
const never = (): Promise<never> => Promise.reject(new Error("No trial is needed."));

describe('what "auto" means', () => {
  it("is approximate where the quality was shown and the trial finds it clearly faster and alike, with the figures", async () => {
    const choice = await auto(fast);
    expect(choice).toMatchObject({ use: "approximate", trial: fast });
    expect(choice.reason).toContain("1.50 times");
  });

  it.each<[string, ProductTrial | { failed: string } | undefined, RegExp]>([
    ["hardly faster", { ...fast, exactMilliseconds: fast.exactMilliseconds - 1 }, /1\.49 times/],
    ["rough, as where 8-bit sums overflow", { ...fast, leastCosine: 0.996 }, /too rough.*0\.9960/],
    ["wrong", { ...fast, leastCosine: NaN }, /too rough/],
    ["not there in onnxruntime", { failed: "no DynamicQuantizeMatMul" }, /no DynamicQuantizeMatMul/],
    ["not there in the backbone", undefined, /no approximate backward pass/],
  ])("is exact where the approximate products are %s", async (_, trial, reason) => {
    const choice = await auto(trial);
    expect(choice.use).toBe("exact");
    expect(choice.reason).toMatch(reason);
  });

  it("is exact, without a trial, where the quality was not shown", async () => {
    expect(await chooseGradients({ asked: "auto", qualityShown: false, trial: never })).toMatchObject({ use: "exact" });
  });

  it("is for a run that goes on what it was when it began, whatever a trial would say now", async () => {
    for (const begun of ["exact", "approximate"] as const) expect(await chooseGradients({ asked: "auto", begun, qualityShown: true, trial: never })).toMatchObject({ use: begun });
  });
});

it("what is asked for is used, without a trial", async () => {
  for (const asked of ["exact", "approximate"] as const) expect(await chooseGradients({ asked, begun: "exact", qualityShown: false, trial: never })).toEqual({ use: asked, reason: "asked for" });
});
