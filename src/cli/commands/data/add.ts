import path from "node:path";
import type { ColumnRole } from "../../../data/description/schema.js";
import type { Encoding } from "../../../data/reading/reading.js";
import type { CommandContext } from "../../context.js";
import { displayPath, shellWord } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";
import { PromptTuningError } from "../../../common/errors.js";
import { dataProgress } from "./data-progress.js";
import { describeLines } from "./description-report.js";

export interface AddSettings {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly name?: string;
  readonly to?: string;
  readonly overwrite: boolean;
  readonly encoding?: Encoding;
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
}

/** ptune data add FILE...: reads the files once and writes their description. */
export async function addCommand(context: CommandContext, names: readonly string[], settings: AddSettings): Promise<number> {
  const { cacheFolder } = await import("../../../backbone/sources/cache-folder.js");
  const { describeFiles } = await import("../../../data/description/describe-files.js");
  const { writeDescription } = await import("../../../data/description/write-description.js");
  const { descriptionEnding, isDescription } = await import("../../../data/description/ending.js");
  const { currentFolder, progress, results, json, signal, invocation } = context;
  const files = await chosenFiles(names, settings, currentFolder);
  const name = settings.name ?? nameOf(files.map((file) => file.path));
  const target = path.resolve(currentFolder, settings.to ?? `${fileName(name)}${descriptionEnding}`);
  if (!isDescription(target)) throw new PromptTuningError("usage", `A description's name ends with ${descriptionEnding}.`, { advice: `Write --to ${path.basename(target, path.extname(target))}${descriptionEnding}.` });
  const { description, notices } = await describeFiles(files, { name, folder: path.dirname(target), roles: settings.columns, encoding: settings.encoding, cache: cacheFolder(), signal, progress: dataProgress(context, "Reading") });
  progress.clear();
  for (const notice of notices) progress.line(`Note: ${harmless(notice)}`);
  writeDescription(target, description, { overwrite: settings.overwrite });
  if (json) results.object({ type: "dataset-added", file: target, description, notices });
  else {
    const shown = displayPath(target, currentFolder);
    results.lines([...describeLines(description), "", harmless(`Described in ${shown}; the data stay where they are. Look at them: ${invocation} data preview ${shellWord(shown)}`)]);
  }
  return 0;
}

async function chosenFiles(names: readonly string[], { train, validation, test }: AddSettings, currentFolder: string) {
  const { findFiles } = await import("../../../data/description/find-files.js");
  const given = Object.entries({ train, validation, test }).flatMap(([split, file]) => (file === undefined ? [] : [{ split: split as "train" | "validation" | "test", path: path.resolve(currentFolder, file) }]));
  if (given.length > 0 && names.length > 0) throw new PromptTuningError("usage", "Files are named twice.", { advice: "Name them with --train, --validation and --test, or without: then their names tell their splits." });
  if (given.length === 0 && names.length === 0) throw new PromptTuningError("usage", "No data file is named.", { advice: "Name files, a folder, or --train and --test." });
  return given.length > 0 ? given : findFiles(names, currentFolder);
}

/** The file's name without ending; of several files their folder's. */
function nameOf(files: readonly string[]): string {
  if (files.length === 1) return path.basename(files[0], path.extname(files[0]));
  return path.basename(path.dirname(files[0])) || "dataset";
}

function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+/, "").slice(0, 100) || "dataset";
}
