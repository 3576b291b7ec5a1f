import { flatten, type SettingValue } from "../comparison/configuration.js";
import { experimentSchema } from "../experiment/schema.js";
import type { Setting } from "../protocol/webview/run-view.js";

/** Every setting of a resolved experiment, beside what it would be if the experiment's file did not say it. */
export function settingsOf(experiment: unknown): Setting[] {
  const defaults = flatten(defaultsFor(experiment));
  return [...flatten(experiment)].map(([key, value]) => ({ key, value: written(value), ...(defaults.has(key) ? { otherwise: written(defaults.get(key)!) } : {}) }));
}

/** The same experiment with only what every experiment has to say; nothing where even that is not right. */
function defaultsFor(experiment: unknown): unknown {
  if (typeof experiment !== "object" || experiment === null) return {};
  const { name, model, dataset, task } = experiment as Record<string, unknown>;
  const { type, template } = typeof task === "object" && task !== null ? (task as Record<string, unknown>) : {};
  const parsed = experimentSchema.safeParse({ name, model, dataset, task: { type, template } });
  if (!parsed.success) return {};
  const { maxTokens: _maxTokens, template: _template, type: _type, ...taskDefaults } = parsed.data.task;
  return { task: taskDefaults, method: parsed.data.method, training: parsed.data.training, evaluation: parsed.data.evaluation };
}

/** A text whose begin or end cannot be seen stands in quotes. */
const written = (value: SettingValue): string => (typeof value === "string" && value.trim() === value && value !== "" ? value : JSON.stringify(value));
