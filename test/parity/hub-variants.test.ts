import path from "node:path";
import { describe, expect, it } from "vitest";
import { type HubVariant, hubVariants, roundedLimit, variantFamilies, variantParity } from "../../bench/parity/hub-variants.js";

/** Tiny random models in the hub's eight ONNX files against PyTorch with the dequantised weights (scripts/reference/hub_variants.py). */

const root = path.join(import.meta.dirname, "..", "..");
const cases = variantFamilies(root).flatMap((family) => (Object.keys(hubVariants) as HubVariant[]).map((variant) => [family, variant] as const));

describe("the hub's file variants against PyTorch", () => {
  it.each(cases)("%s, %s", async (family, variant) => {
    const { logProbabilities, gradient, rounded, cases: compared } = await variantParity(root, family, variant);
    expect(compared).toBeGreaterThan(3);
    if (family !== "bert") expect(logProbabilities).toBeLessThanOrEqual(1e-4);
    expect(gradient).toBeLessThanOrEqual(1e-4);
    if (hubVariants[variant].rounds) expect(rounded).toBeLessThanOrEqual(roundedLimit);
  });
});
