import type { CommandContext } from "../../context.js";
import { excerpt } from "../../output/harmless.js";
import { table } from "../../output/table.js";
import { dataOptions } from "./data-options.js";
import { openDescribed } from "./open.js";
import { targetOf, type TargetSettings, tellWritten } from "./target.js";

export interface RebalanceSettings extends TargetSettings {
  readonly by: "drop" | "repeat";
  readonly seed: number;
}

/** ptune data rebalance DESCRIPTION --by drop|repeat --to FILE: rows of train, as many of each label, into a new file. */
export async function rebalanceCommand(context: CommandContext, name: string, { by, seed, ...settings }: RebalanceSettings): Promise<number> {
  const { rebalanceDataset } = await import("../../../backend/datasets/shape-dataset.js");
  const { file } = await openDescribed(context, name);
  const target = targetOf(context, settings);
  const { rows, report } = await rebalanceDataset(file, { by, seed, ...target }, await dataOptions(context, "Reading"));
  context.progress.clear();
  if (context.json) context.results.object({ type: "rebalance", report });
  else context.results.lines([...table([{ title: "label" }, { title: "before", right: true }, { title: "after", right: true }, { title: "dropped", right: true }, { title: "repeated", right: true }], report.map((row) => [excerpt(row.label, 40), String(row.before), String(row.after), String(row.dropped), String(row.repeated)])), ""]);
  tellWritten(context, target, rows);
  return 0;
}
