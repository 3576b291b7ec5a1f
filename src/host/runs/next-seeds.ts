import type { RunEntry } from "../../runs/run-entry.js";

const largestSeed = 2 ** 31 - 1;

/** The `count` next seeds that no run of the same experiment and settings has used, ascending. */
export function nextSeeds(entries: readonly RunEntry[], like: RunEntry, count: number): number[] {
  const used = new Set(entries.filter((entry) => entry.root === like.root && entry.experimentName === like.experimentName && entry.settings === like.settings).map(({ seed }) => seed));
  const seeds: number[] = [];
  const after = (seed: number): number => (seed >= largestSeed ? 1 : seed + 1);
  for (let seed = after(Math.max(0, like.seed ?? 0)); seeds.length < count; seed = after(seed)) if (!used.has(seed)) seeds.push(seed);
  return seeds;
}
