import { PromptTuningError } from "../../common/errors.js";
import { openRows } from "../rows/open-rows.js";
import type { ReadOptions } from "../rows/row-batch.js";
import { SplitCounter } from "./count-labels.js";
import { type PartOptions, readyParts } from "./dataset-parts.js";
import type { LoadedDescription } from "./load-description.js";
import { columnOf, type SplitCount, type SplitRule } from "./schema.js";
import { divideRows } from "./split-parts.js";

/**
 * Rows and labels of every split as a rule divides the files that hold no split, beside those of the files that hold one.
 * @throws PromptTuningError usage: all files hold a split. data, stopped.
 */
export async function splitCounts(dataset: LoadedDescription, rule: SplitRule, options: Pick<ReadOptions, "signal" | "progress"> & PartOptions = {}): Promise<SplitCount[]> {
  const given = (await readyParts({ ...dataset, description: { ...dataset.description, splits: rule } }, options)).filter(({ split }) => split !== undefined);
  const divided = await divideRows(dataset, rule, options);
  if (divided.parts.length === 0) throw new PromptTuningError("usage", "The files of this data set are its splits already.", { file: dataset.file, advice: "Take a file's split out of the description, and the rule divides its rows." });
  const label = columnOf(dataset.description, "label");
  const counter = new SplitCounter();
  for (const { split, labels } of divided.report) for (const each of labels) counter.add(split, label === undefined ? undefined : each.label, each.rows);
  for (const part of given) {
    for await (const { columns, rows } of openRows(part, { signal: options.signal })) {
      const place = label === undefined ? -1 : columns.indexOf(label);
      for (const row of rows) counter.add(part.split!, label === undefined ? undefined : (row[place] ?? null));
    }
  }
  return counter.finish();
}
