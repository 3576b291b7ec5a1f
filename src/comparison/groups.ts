import { type Configuration, configurationKey, type ConfigurationComparison, seedKey, type SettingValue } from "./configuration.js";

/** Runs of one configuration, which differ in their seeds. */
export interface RunGroup<Run> {
  /** Place among the groups, from 0: "A", "B", … for a person. */
  readonly index: number;
  /** What sets this group apart from the others: the settings that differ between the runs, without the seed. */
  readonly settings: readonly { readonly key: string; readonly value: SettingValue | undefined }[];
  readonly runs: readonly Run[];
}

/** Runs grouped by configuration, in the order of each group's first run. */
export function groupRuns<Run extends { readonly configuration: Configuration }>(runs: readonly Run[], { differing }: ConfigurationComparison): RunGroup<Run>[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const key = configurationKey(run.configuration);
    const members = groups.get(key);
    if (members) members.push(run);
    else groups.set(key, [run]);
  }
  const keys = differing.map(({ key }) => key).filter((key) => key !== seedKey);
  return [...groups.values()].map((members, index) => ({ index, runs: members, settings: keys.map((key) => ({ key, value: members[0].configuration.get(key) })) }));
}

/** "A" … "Z", "AA", "AB", … */
export function groupLetter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : groupLetter(Math.floor(index / 26) - 1) + last;
}
