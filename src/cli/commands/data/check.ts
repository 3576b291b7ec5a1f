import { PromptTuningError } from "../../../common/errors.js";
import { columnOf } from "../../../data/description/schema.js";
import { textColumns } from "../../../data/description/text-columns.js";
import type { CommandContext } from "../../context.js";
import { dataOptions } from "./data-options.js";
import { openDescribed } from "./open.js";
import { qualityLines } from "./quality-report.js";

/** ptune data check DESCRIPTION: duplicates, leaks between splits, contradicting labels, suspicious characters, hints of personal data. */
export async function checkCommand(context: CommandContext, name: string, { threshold }: { readonly threshold: number }): Promise<number> {
  const { splitParts } = await import("../../../data/description/split-parts.js");
  const { findDuplicates } = await import("../../../data/quality/find-duplicates.js");
  const { profileRows } = await import("../../../data/quality/profile-rows.js");
  const { results, progress, json, signal } = context;
  const dataset = await openDescribed(context, name);
  const columns = textColumns(dataset.description);
  if (columns.length === 0) throw new PromptTuningError("usage", "No column of the data set is a text.", { advice: 'Give a column that role in the description: "role": "text".' });
  const parts = await splitParts(dataset, await dataOptions(context, "Reading"));
  const profiles = [];
  for (const part of parts) profiles.push(await profileRows(part, { texts: columns, signal }));
  const { report } = await findDuplicates(parts, { columns, label: columnOf(dataset.description, "label"), threshold, signal });
  progress.clear();
  if (json) results.object({ type: "dataset-check", file: dataset.file, columns, duplicates: report, profiles });
  else results.lines(qualityLines(report, profiles));
  return 0;
}
