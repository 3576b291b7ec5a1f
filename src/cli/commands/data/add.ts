import path from "node:path";
import type { Described, DescribeOptions } from "../../../data/description/describe-files.js";
import type { ChosenFile } from "../../../data/description/find-files.js";
import type { ColumnRole } from "../../../data/description/schema.js";
import type { Encoding } from "../../../data/reading/reading.js";
import type { CommandContext } from "../../context.js";
import { displayPath, shellWord } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";
import { PromptTuningError } from "../../../common/errors.js";
import { jobOptions } from "../run-progress.js";
import { dataProgress } from "./data-progress.js";
import { describeLines } from "./description-report.js";

export interface AddSettings {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  /** owner/name of the hub. */
  readonly hub?: string;
  readonly revision?: string;
  readonly config?: string;
  readonly sample?: string;
  readonly name?: string;
  readonly to?: string;
  readonly overwrite: boolean;
  readonly encoding?: Encoding;
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
}

/** ptune data add FILE...: reads the files once and writes their description. */
export async function addCommand(context: CommandContext, names: readonly string[], settings: AddSettings): Promise<number> {
  const { cacheFolder } = await import("../../../backbone/sources/cache-folder.js");
  const { writeDescription } = await import("../../../data/description/write-description.js");
  const { descriptionEnding, isDescription } = await import("../../../data/description/ending.js");
  const { currentFolder, progress, results, json, signal, invocation } = context;
  const files = settings.hub === undefined && settings.sample === undefined ? await chosenFiles(names, settings, currentFolder) : [];
  const name = settings.name ?? settings.hub?.split("/").at(-1) ?? settings.sample ?? nameOf(files.map((file) => file.path));
  const target = path.resolve(currentFolder, settings.to ?? `${fileName(name)}${descriptionEnding}`);
  if (!isDescription(target)) throw new PromptTuningError("usage", `A description's name ends with ${descriptionEnding}.`, { advice: `Write --to ${path.basename(target, path.extname(target))}${descriptionEnding}.` });
  const describing = { name, roles: settings.columns, encoding: settings.encoding, cache: cacheFolder(), signal, progress: dataProgress(context, "Reading") };
  const { description, notices } = await describe(context, files, settings, { ...describing, folder: path.dirname(target) });
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

async function describe(context: CommandContext, files: readonly ChosenFile[], { hub, sample, revision, config }: AddSettings, options: DescribeOptions): Promise<Described> {
  if (hub !== undefined) {
    const { describeHubDataset } = await import("../../../data/sources/hub-dataset.js");
    const { signal, onFetch } = jobOptions(context);
    return describeHubDataset({ repo: hub, revision, config }, { cache: options.cache, signal, onProgress: onFetch }, options);
  }
  if (sample !== undefined) return (await import("../../../data/sources/sample-dataset.js")).describeSampleDataset(sample, options);
  return (await import("../../../data/description/describe-files.js")).describeFiles(files, options);
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
