import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { Experiment } from "../../experiment/schema.js";
import type { CommandContext } from "../context.js";
import { displayPath } from "../invocation.js";
import { harmless } from "../output/harmless.js";
import { jobOptions } from "./run-progress.js";

export const exportFormats = ["peft", "npy", "koboldai"] as const;

export interface ExportSettings {
  readonly format: (typeof exportFormats)[number];
  readonly to: string;
  readonly overwrite: boolean;
}

/** ptune export RUN --format FORMAT --to FOLDER. */
export async function exportCommand(context: CommandContext, run: string, { format, to, overwrite }: ExportSettings): Promise<number> {
  const { exportPrompt } = await import("../../backend/transfer.js");
  const { progress, results, json, currentFolder } = context;
  const { files, notices } = await exportPrompt(run, { ...jobOptions(context), format, target: exportTarget(format, to), overwrite });
  progress.clear();
  if (json) {
    results.object({ type: "export", format, files, notices });
    return 0;
  }
  for (const file of files) results.line(harmless(displayPath(file, currentFolder)));
  for (const notice of notices) progress.line(`Note: ${harmless(notice)}`);
  return 0;
}

/** An adapter is a folder; the other formats are a file, which gets a name where only a folder is given. */
export function exportTarget(format: ExportSettings["format"], to: string): string {
  const ending = { peft: undefined, npy: ".npy", koboldai: ".zip" }[format];
  return ending === undefined || to.toLowerCase().endsWith(ending) ? to : path.join(to, `prompt${ending}`);
}

export interface ImportSettings {
  readonly name?: string;
  readonly template?: string;
  readonly verbalizer?: readonly string[];
  readonly model?: string;
}

/** ptune import SOURCE. */
export async function importCommand(context: CommandContext, source: string, { name, template, verbalizer, model }: ImportSettings): Promise<number> {
  const { importPrompt } = await import("../../backend/transfer.js");
  const { progress, results, json, currentFolder } = context;
  const { folder, notices } = await importPrompt(source, {
    ...jobOptions(context),
    name,
    template,
    verbalizer: verbalizer && verbalizerFrom(verbalizer),
    model: model === undefined ? undefined : await modelSetting(model),
  });
  progress.clear();
  if (json) results.object({ type: "import", folder, notices });
  else {
    results.line(harmless(displayPath(folder, currentFolder)));
    for (const notice of notices) progress.line(`Note: ${harmless(notice)}`);
  }
  return 0;
}

/** "spam= yes" → { spam: " yes" }. @throws PromptTuningError usage. */
export function verbalizerFrom(labels: readonly string[]): Record<string, string> {
  const entries = labels.map((text) => {
    const at = text.indexOf("=");
    if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw new PromptTuningError("usage", `"${text}" does not say a label and its words.`, { advice: 'Write it as LABEL=WORDS, with the space before the word: --verbalizer "spam= yes".' });
  });
  return Object.fromEntries(entries);
}

/** A model as the command line names it: a catalogue name, or a path. */
export async function modelSetting(model: string): Promise<Experiment["model"]> {
  const { listCatalogue } = await import("../../backbone/sources/catalogue.js");
  if (listCatalogue().some(({ name }) => name === model.toLowerCase())) return model;
  return /[/\\]|\.(gguf|onnx)$/i.test(model) ? { path: model } : model;
}
