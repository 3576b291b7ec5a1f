import path from "node:path";
import { meanAndDeviation, percent, runSeeds } from "../product/accuracy.js";
import { buildCommandLine } from "../product/command-line.js";
import type { Claim } from "./claim.js";

const seeds = [1, 2, 3];
const least = 0.94;
const leastMails = 400;

export const claim: Claim = {
  name: "demo-accuracy",
  summary: "The demo's soft prompt: at least 94 % of 400 or more held-out mails right (mean of three seeds), above zero-shot and hard prompt with each seed.",
  async run({ root, print, signal }) {
    const script = buildCommandLine(root);
    const results = await runSeeds({ script, file: path.join(root, "media", "demo", "spam.ptune.json"), seeds, print, signal });
    const { mean, deviation } = meanAndDeviation(results.map(({ soft }) => soft.accuracy ?? NaN));
    print(`Soft prompt: ${percent(mean)} ± ${percent(deviation)} (mean ± standard deviation of ${seeds.length} seeds)`);
    const beaten = (prefix: string): boolean =>
      results.every(({ soft, result }) => {
        const found = Object.entries(result.baselines).filter(([name]) => name.toLowerCase().startsWith(prefix));
        return found.length > 0 && found.every(([, measures]) => (soft.accuracy ?? NaN) > (measures.accuracy ?? Infinity));
      });
    const checks: readonly (readonly [string, boolean])[] = [
      [`mean at least ${percent(least)}`, mean >= least],
      ["above zero-shot with each seed", beaten("zero-shot")],
      ["above the hard prompt with each seed", beaten("hard")],
      [`at least ${leastMails} held-out mails`, results.every(({ soft }) => soft.items >= leastMails)],
    ];
    for (const [text, holds] of checks) print(`${holds ? "yes" : "NO "} ${text}`);
    return checks.every(([, holds]) => holds);
  },
};
