import { PromptTuningError } from "../../../common/errors.js";
import type { LoadedDescription } from "../../../data/description/load-description.js";
import { columnOf, type SplitRule } from "../../../data/description/schema.js";
import type { CommandContext } from "../../context.js";
import { displayPath } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";
import { dataOptions } from "./data-options.js";
import { splitLines } from "./description-report.js";
import { openDescribed } from "./open.js";

export interface SplitSettings {
  readonly rule?: SplitRule["type"];
  readonly by?: string;
  readonly shares: readonly number[];
  readonly seed: number;
}

/** ptune data split DESCRIPTION: writes the rule into the description, with the counts of what it gives. */
export async function splitCommand(context: CommandContext, name: string, settings: SplitSettings): Promise<number> {
  const { splitDataset } = await import("../../../backend/datasets/shape-dataset.js");
  const { results, progress, json, currentFolder } = context;
  const dataset = await openDescribed(context, name);
  const rule = ruleOf(dataset, settings);
  const counts = await splitDataset(dataset.file, rule, await dataOptions(context, "Splitting"));
  progress.clear();
  if (json) results.object({ type: "dataset-split", file: dataset.file, splits: rule, counts });
  else results.lines([...splitLines(counts), "", harmless(`The rule is in ${displayPath(dataset.file, currentFolder)}; the data are as they were. The same rows always fall into the same splits.`)]);
  return 0;
}

function ruleOf({ description }: LoadedDescription, { rule, by, shares, seed }: SplitSettings): SplitRule {
  const type = rule ?? (by !== undefined ? "grouped" : columnOf(description, "label") ? "stratified" : "hash");
  const [train, validation, test] = shares;
  if (shares.length !== 3 || Math.abs(train + validation + test - 1) > 1e-9) throw new PromptTuningError("usage", "The shares do not add up to 1.", { reason: `They are ${shares.join(", ")}.`, advice: "Give those of train, validation and test: --shares 0.8 0.1 0.1." });
  const common = { shares: { train, validation, test }, seed };
  if (type !== "grouped") return { type, ...common };
  const column = by ?? columnOf(description, "group");
  if (column === undefined) throw new PromptTuningError("usage", "No column groups the rows.", { advice: "Name it: --by <column>." });
  if (!description.columns.some((each) => each.name === column)) throw new PromptTuningError("usage", `The data set has no column "${column}".`, { reason: `Its columns are ${description.columns.slice(0, 20).map((each) => `"${each.name}"`).join(", ")}.` });
  return { type, column, ...common };
}
