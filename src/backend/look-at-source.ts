import { existsSync } from "node:fs";
import path from "node:path";
import { readSoftPrompt, type ReadPrompt } from "../adapter/read-prompt.js";
import { listCatalogue } from "../backbone/sources/catalogue.js";
import type { Experiment } from "../experiment/schema.js";

/** What a soft prompt from elsewhere says of itself, before it is taken in. */
export interface SourceFacts {
  readonly format: ReadPrompt["format"];
  readonly virtualTokens: number;
  readonly width: number;
  /** The template it was used with. */
  readonly template: string | null;
  /** The backbone it was trained on, by the name it gives. */
  readonly backbone: string | null;
  /** The backbone as an experiment would name it, where what the source says can be found; a path is absolute. */
  readonly model: Experiment["model"] | null;
  /** A name it can have here. */
  readonly name: string;
}

/** @throws PromptTuningError kind "model" or "storage" for what is no soft prompt. */
export function lookAtSource(source: string): SourceFacts {
  const { format, virtualTokens, width, adapter } = readSoftPrompt(source);
  const tuning = adapter?.tuning;
  const base = tuning?.backbone.hubId ?? adapter?.config.base_model_name_or_path ?? null;
  return {
    format,
    virtualTokens,
    width,
    template: tuning?.task.template ?? null,
    backbone: tuning?.backbone.name ?? base,
    model: findable(tuning?.model, source) ?? inCatalogue(base) ?? null,
    name: nameOf(source),
  };
}

function findable(model: Experiment["model"] | undefined, source: string): Experiment["model"] | undefined {
  if (model === undefined) return undefined;
  if (typeof model === "string") return inCatalogue(model);
  if (!("path" in model)) return model;
  const file = path.resolve(path.extname(source) === "" ? source : path.dirname(source), model.path);
  return existsSync(file) ? { path: file } : undefined;
}

function inCatalogue(name: string | null): string | undefined {
  const wanted = name?.toLowerCase();
  return listCatalogue().find((entry) => entry.name === wanted || entry.hubId?.toLowerCase() === wanted)?.name;
}

/** The file's or folder's name in the letters that a name may have. */
export function nameOf(source: string): string {
  const own = path.basename(path.resolve(source));
  const telling = /^adapter(_model\.safetensors|_config\.json)?$/.test(own) ? path.basename(path.dirname(path.resolve(source))) : own;
  const name = telling
    .replace(/\.(safetensors|npy|zip)$/i, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64)
    .replace(/[^A-Za-z0-9]+$/, "");
  return name || "prompt";
}
