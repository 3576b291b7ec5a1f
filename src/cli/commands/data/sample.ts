import type { CommandContext } from "../../context.js";
import { excerpt } from "../../output/harmless.js";
import { table } from "../../output/table.js";
import { dataOptions } from "./data-options.js";
import { openDescribed } from "./open.js";
import { targetOf, type TargetSettings, tellWritten } from "./target.js";

export interface SampleSettings extends TargetSettings {
  readonly k: number;
  readonly seed: number;
}

/** ptune data sample DESCRIPTION --k K --to FILE: k rows of train a label, into a new file. */
export async function sampleCommand(context: CommandContext, name: string, { k, seed, ...settings }: SampleSettings): Promise<number> {
  const { sampleDataset } = await import("../../../backend/datasets/shape-dataset.js");
  const { file } = await openDescribed(context, name);
  const target = targetOf(context, settings);
  const { rows, report } = await sampleDataset(file, { k, seed, ...target }, await dataOptions(context, "Reading"));
  context.progress.clear();
  if (context.json) context.results.object({ type: "sample", report });
  else context.results.lines([...table([{ title: "label" }, { title: "rows", right: true }, { title: "different texts", right: true }, { title: "taken", right: true }], report.map(({ label, rows: all, texts, taken }) => [excerpt(label, 40), String(all), String(texts), String(taken)])), ""]);
  tellWritten(context, target, rows);
  return 0;
}
