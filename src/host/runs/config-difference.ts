/** One setting that two experiments do not share. Undefined: the experiment does not have it. */
export interface Difference {
  /** As in messages about experiments: "training.learningRate". */
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** For editors only. */
const ignored = new Set(["$schema"]);

/** The settings in which `to` differs from `from`, in the order of `from`, then what only `to` has. */
export function configDifference(from: unknown, to: unknown): Difference[] {
  const [before, after] = [flatten(from), flatten(to)];
  const settings = [...before.keys(), ...[...after.keys()].filter((setting) => !before.has(setting))];
  return settings.flatMap((setting) => {
    const [a, b] = [before.get(setting), after.get(setting)];
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ setting, from: a, to: b }];
  });
}

/** Plain text, one setting a line. */
export function differenceText(title: string, differences: readonly Difference[], words: { readonly same: string; readonly absent: string }): string {
  if (differences.length === 0) return `${title}\n${words.same}\n`;
  const told = (value: unknown): string => (value === undefined ? words.absent : JSON.stringify(value));
  return `${title}\n${differences.map(({ setting, from, to }) => `${setting}: ${told(from)} → ${told(to)}`).join("\n")}\n`;
}

/** Setting → value. A list is one value: its places have no names of their own. */
function flatten(value: unknown, prefix = "", found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (prefix !== "") found.set(prefix, value);
    return found;
  }
  const entries = Object.entries(value).filter(([key]) => prefix !== "" || !ignored.has(key));
  if (entries.length === 0 && prefix !== "") found.set(prefix, value);
  for (const [key, item] of entries) flatten(item, prefix === "" ? key : `${prefix}.${key}`, found);
  return found;
}
