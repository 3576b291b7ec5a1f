import { textColumns } from "../../../data/description/text-columns.js";
import type { CommandContext } from "../../context.js";
import { excerpt } from "../../output/harmless.js";
import { table } from "../../output/table.js";
import { dataProgress } from "./data-progress.js";
import { type TargetSettings, writeParts } from "./export.js";
import { openDescribed } from "./open.js";
import { labelColumn } from "./sample.js";

export interface RebalanceSettings extends TargetSettings {
  readonly by: "drop" | "repeat";
  readonly seed: number;
}

/** ptune data rebalance DESCRIPTION --by drop|repeat --to FILE: rows of train, as many of each label, into a new file. */
export async function rebalanceCommand(context: CommandContext, name: string, settings: RebalanceSettings): Promise<number> {
  const { splitParts } = await import("../../../data/description/split-parts.js");
  const { takeRows } = await import("../../../data/shape/row-copies.js");
  const { rebalanceRows } = await import("../../../data/shape/rebalance-rows.js");
  const dataset = await openDescribed(context, name);
  const [train] = await splitParts(dataset, { signal: context.signal, progress: dataProgress(context, "Reading") });
  const { copies, report } = await rebalanceRows(train.open, { by: settings.by, seed: settings.seed }, { texts: textColumns(dataset.description), label: labelColumn(dataset.description) }, { signal: context.signal });
  context.progress.clear();
  if (context.json) context.results.object({ type: "rebalance", report });
  else context.results.lines([...table([{ title: "label" }, { title: "before", right: true }, { title: "after", right: true }, { title: "dropped", right: true }, { title: "repeated", right: true }], report.map((row) => [excerpt(row.label, 40), String(row.before), String(row.after), String(row.dropped), String(row.repeated)])), ""]);
  return writeParts(context, [takeRows(train.open, (row) => copies[row])], dataset.description.columns.map((column) => column.name), settings);
}
