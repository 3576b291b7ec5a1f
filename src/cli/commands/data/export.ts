import path from "node:path";
import { PromptTuningError } from "../../../common/errors.js";
import type { SplitName } from "../../../data/dataset.js";
import type { OpenRows } from "../../../data/row-stream.js";
import { type ExportFormat, exportFormats } from "../../../data/export/row-writers.js";
import type { CommandContext } from "../../context.js";
import { displayPath } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";
import { count } from "../../output/numbers.js";
import { dataProgress } from "./data-progress.js";
import { openDescribed } from "./open.js";

export interface TargetSettings {
  readonly to: string;
  readonly overwrite: boolean;
}

/** ptune data export DESCRIPTION --to FILE: the rows of a split, or all, in another format. */
export async function exportCommand(context: CommandContext, name: string, settings: TargetSettings & { readonly split?: SplitName }): Promise<number> {
  const { splitParts } = await import("../../../data/description/split-parts.js");
  const dataset = await openDescribed(context, name);
  const parts = (await splitParts(dataset, { signal: context.signal, progress: dataProgress(context, "Reading") })).filter((part) => settings.split === undefined || part.name === settings.split);
  if (parts.length === 0) throw new PromptTuningError("data", `The data set has no ${settings.split} split.`, { advice: "Split it first: ptune data split." });
  return writeParts(context, parts.map(({ open }) => open), dataset.description.columns.map((column) => column.name), settings);
}

/** Writes rows into a new file of the format that its ending says, and tells how many. */
export async function writeParts(context: CommandContext, opens: readonly OpenRows[], columns: readonly string[], { to, overwrite }: TargetSettings): Promise<number> {
  const { writeRows } = await import("../../../data/export/write-rows.js");
  const { signal, currentFolder, results, progress, json } = context;
  const target = path.resolve(currentFolder, to);
  const rows = await writeRows(target, all(opens, signal), { format: formatOf(target), columns, overwrite, signal });
  progress.clear();
  if (json) results.object({ type: "rows-written", file: target, rows });
  else results.line(harmless(`${count(rows, "row")} are in ${displayPath(target, currentFolder)}.`));
  return 0;
}

async function* all(opens: readonly OpenRows[], signal: AbortSignal) {
  for (const open of opens) yield* open(signal);
}

function formatOf(file: string): ExportFormat {
  const format = exportFormats.find((each) => file.toLowerCase().endsWith(`.${each}`));
  if (format) return format;
  throw new PromptTuningError("usage", `${path.basename(file)} does not say its format.`, { advice: `Let its name end with ${exportFormats.map((each) => `.${each}`).join(" or ")}.` });
}
