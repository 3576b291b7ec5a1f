import { type SplitName, splitNames } from "../../../data/split-names.js";
import type { CommandContext } from "../../context.js";
import { dataOptions } from "./data-options.js";
import { openDescribed } from "./open.js";
import { targetOf, type TargetSettings, tellWritten } from "./target.js";

/** ptune data export DESCRIPTION --to FILE: the rows of a split, or all, in another format. */
export async function exportCommand(context: CommandContext, name: string, { split, ...settings }: TargetSettings & { readonly split?: SplitName }): Promise<number> {
  const { exportDataset } = await import("../../../backend/datasets/shape-dataset.js");
  const { file } = await openDescribed(context, name);
  const target = targetOf(context, settings);
  const { rows } = await exportDataset(file, { splits: split === undefined ? splitNames : [split], ...target }, await dataOptions(context, "Reading"));
  context.progress.clear();
  tellWritten(context, target, rows);
  return 0;
}
