import path from "node:path";
import { nearestOf } from "../../common/nearest.js";
import { PromptTuningError } from "../../common/errors.js";
import { splitNames, type SplitName } from "../../data/dataset.js";
import type { TablePeek } from "../../data/peek-table.js";
import { taskFacts } from "../../tasks/task-facts.js";
import { parseTemplate, templateColumns } from "../../tasks/template.js";
import { quoted } from "../diagnostic.js";
import type { DatasetFiles, TaskSettings } from "../schema.js";
import { checkLabels } from "./check-labels.js";
import { checkTags } from "./check-tags.js";
import type { CheckContext, Findings } from "./context.js";
import { nearestFile } from "./nearest-file.js";

/** Whether the data files are there and have the columns and labels that the experiment names. Looks at their beginnings. */
export async function checkData(dataset: DatasetFiles, task: TaskSettings | undefined, context: CheckContext, findings: Findings): Promise<void> {
  const tables = new Map<SplitName, TablePeek>();
  for (const split of splitNames) {
    const named = dataset[split];
    if (named === undefined) continue;
    const table = await lookAt(named, ["dataset", split], context, findings);
    if (table) tables.set(split, table);
  }
  const needed = task ? neededSlots(task) : [];
  for (const [slot, column] of Object.entries(dataset.columns)) {
    // A slot that the template does not have is warned of already.
    if (column === "" || (task && !needed.includes(slot))) continue;
    checkColumn(slot, column, dataset, tables, findings);
  }
  if (task?.type === "classification" && dataset.columns.label) checkLabels(task, dataset.columns.label, dataset, tables, findings);
  if (task?.type === "sequence-labelling") checkTags(task, dataset, tables, findings);
}

function neededSlots(task: TaskSettings): string[] {
  const { answer } = taskFacts[task.type];
  return [...templateColumns(parseTemplate(task.template, answer).template), answer];
}

async function lookAt(named: string, key: readonly string[], { folder, peek }: CheckContext, findings: Findings): Promise<TablePeek | undefined> {
  const file = path.resolve(folder, named);
  try {
    return await peek(file);
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
    const missing = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    if (missing !== "ENOENT" && missing !== "ENOTDIR") findings.value(error.describe(), key);
    else {
      const nearest = await nearestFile(named, folder);
      findings.value(`There is no file ${quoted(named)}, seen from this file's folder.${nearest === undefined ? "" : ` Did you mean ${quoted(nearest)}?`}`, key, { replacement: nearest && JSON.stringify(nearest) });
    }
    return undefined;
  }
}

/** A column that the first readable file lacks is a wrong name; one that only a later file lacks is that file's fault. */
function checkColumn(slot: string, column: string, dataset: DatasetFiles, tables: ReadonlyMap<SplitName, TablePeek>, findings: Findings): void {
  const lacking = [...tables].filter(([, table]) => !table.columns.includes(column));
  if (lacking.length === 0) return;
  const [first] = tables.keys();
  if (lacking[0][0] !== first) {
    for (const [split] of lacking) findings.value(`${dataset[split]!} has no column ${quoted(column)}, as ${dataset[first]!} has it for {${slot}}.`, ["dataset", split]);
    return;
  }
  const { columns } = tables.get(first)!;
  const nearest = columns.find((name) => name.trim().toLowerCase() === column.trim().toLowerCase()) ?? nearestOf(column, columns);
  const shown = columns.slice(0, 12).map((name) => quoted(name));
  const hint = nearest === undefined ? ` Its columns are ${shown.join(", ")}${columns.length > shown.length ? ` and ${columns.length - shown.length} more` : ""}.` : ` Did you mean ${quoted(nearest)}?`;
  findings.value(`${dataset[first]!} has no column ${quoted(column)}.${hint}`, ["dataset", "columns", slot], { replacement: nearest && JSON.stringify(nearest) });
}
