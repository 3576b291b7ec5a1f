import { PromptTuningError } from "../../../common/errors.js";
import { columnOf } from "../../../data/description/schema.js";
import { textColumns } from "../../../data/description/text-columns.js";
import type { CommandContext } from "../../context.js";
import { excerpt } from "../../output/harmless.js";
import { table } from "../../output/table.js";
import { dataProgress } from "./data-progress.js";
import { type TargetSettings, writeParts } from "./export.js";
import { openDescribed } from "./open.js";

export interface SampleSettings extends TargetSettings {
  readonly k: number;
  readonly seed: number;
}

/** ptune data sample DESCRIPTION --k K --to FILE: k rows of train a label, into a new file. */
export async function sampleCommand(context: CommandContext, name: string, settings: SampleSettings): Promise<number> {
  const { splitParts } = await import("../../../data/description/split-parts.js");
  const { takeRows } = await import("../../../data/shape/row-copies.js");
  const { sampleRows } = await import("../../../data/shape/sample-rows.js");
  const dataset = await openDescribed(context, name);
  const [train] = await splitParts(dataset, { signal: context.signal, progress: dataProgress(context, "Reading") });
  const { copies, report } = await sampleRows(train.open, settings.k, { texts: textColumns(dataset.description), label: labelColumn(dataset.description) }, settings.seed, { signal: context.signal });
  context.progress.clear();
  if (context.json) context.results.object({ type: "sample", report });
  else context.results.lines([...table([{ title: "label" }, { title: "rows", right: true }, { title: "different texts", right: true }, { title: "taken", right: true }], report.map(({ label, rows, texts, taken }) => [excerpt(label, 40), String(rows), String(texts), String(taken)])), ""]);
  return writeParts(context, [takeRows(train.open, (row) => copies[row])], dataset.description.columns.map((column) => column.name), settings);
}

/** @throws PromptTuningError usage: no column is the label. */
export function labelColumn(description: Parameters<typeof columnOf>[0]): string {
  const label = columnOf(description, "label");
  if (label === undefined) throw new PromptTuningError("usage", "No column of the data set is the label.", { advice: 'Give a column that role in the description: "role": "label".' });
  return label;
}
