import { existsSync } from "node:fs";
import path from "node:path";
import { meanAndDeviation, percent, runSeeds } from "../product/accuracy.js";
import { buildCommandLine } from "../product/command-line.js";
import type { Claim } from "./claim.js";

const least = 0.88;
const rows = 872;

export const claim: Claim = {
  name: "sst2-accuracy",
  summary: "Sentiment (SST-2) with 20 virtual tokens in front of the review: at least 88 % of the 872 dev rows right.",
  async run({ root, sharedData, arguments: [seedArgument], print, signal }) {
    if (!sharedData || !existsSync(path.join(sharedData, "sst2", "dev.tsv"))) return { skipped: "the data (../shared/data/sst2) is not here." };
    const seeds = seedArgument ? seedArgument.split(",").map(Number) : [1];
    print("Trained on train.tsv (a tenth of it kept aside to choose the best checkpoint); dev.tsv is looked at once, at the end.");
    const script = buildCommandLine(root);
    const results = await runSeeds({ script, file: path.join(root, "bench", "experiments", "sst2.ptune.json"), seeds, print, signal });
    const { mean, deviation } = meanAndDeviation(results.map(({ soft }) => soft.accuracy ?? NaN));
    print(`Soft prompt on dev: ${percent(mean)}${seeds.length > 1 ? ` ± ${percent(deviation)} (mean ± standard deviation of ${seeds.length} seeds)` : ""} (limit ${percent(least)})`);
    return mean >= least && results.every(({ soft }) => soft.items === rows);
  },
};
