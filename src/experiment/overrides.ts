import { PromptTuningError } from "../common/errors.js";
import { describePath } from "./diagnostic.js";
import { JsonDocument } from "./json-document.js";
import { type LoadedExperiment, validateExperimentText } from "./load-experiment.js";

/** Changes on top of an experiment, by its keys: { training: { seed: 2 } }. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Sections with several forms that share no keys: a model given by its path is not changed into one of the hub key by key. */
const replacedWhole: ReadonlySet<string> = new Set(["model"]);

/**
 * An experiment with changes, checked as if they stood in its file.
 * @throws PromptTuningError kind "experiment" with what is wrong with the changed experiment.
 */
export function withOverrides(loaded: LoadedExperiment, overrides: Overrides | undefined): LoadedExperiment {
  if (overrides === undefined || Object.keys(overrides).length === 0) return loaded;
  const text = JSON.stringify(merged(new JsonDocument(loaded.text.replace(/^\uFEFF/, "")).value(), overrides, []), null, 2);
  const { experiment, diagnostics } = validateExperimentText(text);
  if (experiment) return { ...loaded, experiment, text, warnings: diagnostics };
  const problems = diagnostics.filter(({ severity }) => severity === "error").map(({ path, message }) => (path.length > 0 ? `${describePath(path)}: ${message}` : message));
  throw new PromptTuningError("experiment", "The changes do not fit the experiment.", {
    reason: problems.slice(0, 3).join(" "),
    advice: "Change them and run it again.",
    file: loaded.file,
    setting: diagnostics[0]?.path,
  });
}

/**
 * Objects are merged key by key; everything else is replaced. Where an object's "type" changes, so do its other keys:
 * it is replaced as a whole.
 */
function merged(value: unknown, change: unknown, path: readonly string[]): unknown {
  if (!isObject(value) || !isObject(change)) return change;
  if (path.length === 1 && replacedWhole.has(path[0])) return change;
  if (change.type !== undefined && change.type !== value.type) return change;
  const keys = new Set([...Object.keys(value), ...Object.keys(change)]);
  // fromEntries defines properties of its own, also one that is called "__proto__".
  return Object.fromEntries(Array.from(keys, (key) => [key, Object.hasOwn(change, key) ? merged(Object.hasOwn(value, key) ? value[key] : undefined, change[key], [...path, key]) : value[key]]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
