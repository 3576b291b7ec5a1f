import path from "node:path";
import type { Experiment } from "../../experiment/schema.js";
import { catalogueEntry } from "./catalogue.js";
import { expandHome } from "./expand-home.js";
import { HubSource } from "./hub-source.js";
import { LocalSource } from "./local-source.js";
import { PipSource } from "./pip-source.js";
import type { ModelSource } from "./source.js";

/**
 * The source an experiment's `model` setting stands for. Paths are relative to `baseFolder` (the experiment file's).
 * Nothing is read or fetched yet.
 * @throws PromptTuningError experiment: an unknown catalogue name, or a reference that is none.
 */
export function resolveModelSource(setting: Experiment["model"], baseFolder: string, options: { cache?: string } = {}): ModelSource {
  if (typeof setting === "string") return new PipSource(catalogueEntry(setting), options);
  if ("path" in setting) return new LocalSource(path.resolve(baseFolder, expandHome(setting.path)));
  return new HubSource(setting, options);
}
