/** A setting as it is compared and shown. Lists and empty objects are compared as their JSON. */
export type SettingValue = string | number | boolean | null;
/** Path of a setting ("training.learningRate") → value, in the order of the experiment file. */
export type Configuration = ReadonlyMap<string, SettingValue>;

/** The seed is no part of what a run tries; runs that differ in nothing else are one group. */
export const seedKey = "training.seed";

/** What stands in an experiment only for editors. */
const ignored: ReadonlySet<string> = new Set(["$schema"]);

/** An experiment (or any JSON) as paths and values. */
export function flatten(experiment: unknown): Configuration {
  const settings = new Map<string, SettingValue>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [key, member] of Object.entries(value)) visit(member, joined(path, key));
    } else if (path !== "" && !ignored.has(path) && value !== undefined) {
      settings.set(path, typeof value === "object" && value !== null ? JSON.stringify(value) : (value as SettingValue));
    }
  };
  visit(experiment, "");
  return settings;
}

/** "a.b"; a key that is no plain word is quoted: labels["not.spam"]. */
function joined(path: string, key: string): string {
  if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) return path === "" ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}

export interface SettingRow {
  readonly key: string;
  /** One a run; undefined where the run has no such setting. */
  readonly values: readonly (SettingValue | undefined)[];
}

export interface ConfigurationComparison {
  /** In the experiment's order, the seed last. */
  readonly differing: readonly SettingRow[];
  readonly equal: readonly SettingRow[];
}

/** Settings of several runs side by side. */
export function compareConfigurations(runs: readonly Configuration[]): ConfigurationComparison {
  const rows = orderedKeys(runs).map((key): SettingRow => ({ key, values: runs.map((run) => run.get(key)) }));
  const differs = ({ values }: SettingRow): boolean => values.some((value) => value !== values[0]);
  const differing = rows.filter(differs);
  return {
    differing: [...differing.filter(({ key }) => key !== seedKey), ...differing.filter(({ key }) => key === seedKey)],
    equal: rows.filter((row) => !differs(row)),
  };
}

/** Every key once; a key that only later runs have stands behind the key that comes before it there. */
function orderedKeys(runs: readonly Configuration[]): string[] {
  const keys: string[] = [];
  const known = new Set<string>();
  for (const run of runs) {
    let before = -1;
    for (const key of run.keys()) {
      if (known.has(key)) before = keys.indexOf(key);
      else {
        keys.splice(++before, 0, key);
        known.add(key);
      }
    }
  }
  return keys;
}

/** Equal for runs that differ in nothing but the seed. */
export function configurationKey(configuration: Configuration): string {
  const settings = [...configuration].filter(([key]) => key !== seedKey).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(settings);
}
