import type { Experiment } from "../../experiment/schema.js";
import type { GradientsChoice } from "../../runs/environment.js";
import type { ProductTrial } from "./product-trial.js";

/**
 * Whether whole trainings were shown to lose nothing by approximate gradients: without that, "auto" never takes them.
 * `npm run claim -- approximate-quality` decides; write the reason beside it.
 * Not shown: on SST-2 one training of five ended at 51 % where the exact one reached 87 %.
 */
export const lossNothingShown = false;

/** How many times as fast the approximate products must be: less is not worth their roughness. */
export const leastGain = 1.5;
/** Least likeness of a row: 0.9998 is usual. Processors whose 8-bit sums overflow (AVX2 without VNNI) give 0.996. */
export const leastLikeness = 0.999;

export interface GradientsQuestion {
  readonly asked: Experiment["training"]["precision"];
  /** What a run that goes on began with. */
  readonly begun?: "exact" | "approximate";
  readonly qualityShown: boolean;
  /** Measures this machine, or remembers what it measured; undefined where the backbone has no approximate backward pass. */
  readonly trial: () => Promise<ProductTrial | { readonly failed: string } | undefined>;
}

/** Decides how a run computes its gradients, and why. The one place that knows what "auto" means. */
export async function chooseGradients({ asked, begun, qualityShown, trial }: GradientsQuestion): Promise<GradientsChoice> {
  if (asked !== "auto") return { use: asked, reason: "asked for" };
  // Another arithmetic would be another training, and timings differ from day to day.
  if (begun) return { use: begun, reason: "the run began so" };
  if (!qualityShown) return { use: "exact", reason: "approximate gradients were not shown to train as well" };
  const found = await trial();
  if (found === undefined) return { use: "exact", reason: "the backbone has no approximate backward pass" };
  if ("failed" in found) return { use: "exact", reason: `approximate products do not run here: ${found.failed}` };
  const gain = found.exactMilliseconds / found.approximateMilliseconds;
  if (!(found.leastCosine >= leastLikeness)) return { use: "exact", reason: `approximate products are too rough on this processor (least cosine ${found.leastCosine.toFixed(4)}, wanted ${leastLikeness})`, trial: found };
  if (!(gain >= leastGain)) return { use: "exact", reason: `approximate products are ${gain.toFixed(2)} times as fast on this machine, wanted ${leastGain}`, trial: found };
  return { use: "approximate", reason: `approximate products are ${gain.toFixed(2)} times as fast on this machine, least cosine ${found.leastCosine.toFixed(4)}`, trial: found };
}
