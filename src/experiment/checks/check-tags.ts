import { splitNames, type SplitName } from "../../data/dataset.js";
import type { TablePeek } from "../../data/peek-table.js";
import { spansOf } from "../../tasks/labelling/spans.js";
import { readTags, readWords } from "../../tasks/labelling/words-and-tags.js";
import { tokensSlot } from "../../tasks/task-facts.js";
import type { DatasetFiles, TaskSettings } from "../schema.js";
import { compareLabels } from "./check-labels.js";
import type { Findings } from "./context.js";

/** Whether the words and tags of the data fit each other, and the verbalizer's types are those of the tags, as far as the files were looked at. */
export function checkTags(task: TaskSettings & { type: "sequence-labelling" }, dataset: DatasetFiles, tables: ReadonlyMap<SplitName, TablePeek>, findings: Findings): void {
  const { [tokensSlot]: tokens = tokensSlot, tags = "tags" } = dataset.columns;
  const types = new Map<string, string>();
  for (const [split, { rows }] of tables) {
    for (const { cells, line } of rows) {
      const [words, cell] = [cells[tokens], cells[tags]];
      if (words === undefined || cell === undefined) continue;
      const place = `${dataset[split]!}, line ${line}`;
      const read = readTags(cell, readWords(words).length);
      if ("problem" in read) {
        findings.value(`${place}: the row ${read.problem}. ${read.advice}`, ["dataset", "columns", "tags"]);
        return;
      }
      for (const { type } of spansOf(read.tags)) if (!types.has(type)) types.set(type, place);
    }
  }
  const whole = splitNames.every((split) => dataset[split] === undefined || tables.get(split)?.whole);
  if (task.verbalizer && types.size > 0) compareLabels(Object.keys(task.verbalizer), types, whole ? "all" : "some", findings);
}
