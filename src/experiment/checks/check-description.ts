import { stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { datasetParts } from "../../data/description/dataset-parts.js";
import { type LoadedDescription, loadDescription } from "../../data/description/load-description.js";
import { columnOf } from "../../data/description/schema.js";
import { roleColumns } from "../../data/load-described.js";
import { nearestOf } from "../../common/nearest.js";
import { parseTemplate, templateColumns } from "../../tasks/template.js";
import { quoted } from "../diagnostic.js";
import type { DescribedDataset, TaskSettings } from "../schema.js";
import { slotSpan } from "../template-slots.js";
import { compareLabels } from "./check-labels.js";
import type { Findings } from "./context.js";

const key = ["dataset", "description"];

/** Whether a data set's description is there, its files are those of before (by their size), and it has what the task asks for. */
export async function checkDescription(dataset: DescribedDataset, task: TaskSettings | undefined, folder: string, findings: Findings): Promise<void> {
  const loaded = await loadDescription(path.resolve(folder, dataset.description)).catch((error: unknown) => {
    if (!(error instanceof PromptTuningError)) throw error;
    findings.value(error.describe(), key);
  });
  if (!loaded) return;
  if (loaded.description.source.type === "files") await checkParts(loaded, findings);
  if (task) checkTask(loaded, dataset, task, findings);
}

async function checkParts(loaded: LoadedDescription, findings: Findings): Promise<void> {
  for (const part of datasetParts(loaded)) {
    const found = await stat(part.path).catch(() => undefined);
    if (!found) findings.value(`${part.name}, a file of this data set, is no longer there.`, key);
    else if (found.isFile() && found.size !== part.size) findings.value(`${part.name}, a file of this data set, has changed since it was added. Add the data set again.`, key);
  }
}

function checkTask({ description }: LoadedDescription, { columns }: DescribedDataset, task: TaskSettings, findings: Findings): void {
  const answer = task.type === "classification" ? "label" : "output";
  const known = { ...roleColumns(description), ...columns };
  const names = description.columns.map(({ name }) => name);
  for (const [slot, column] of Object.entries(columns)) if (!names.includes(column)) findings.value(`The data set has no column ${quoted(column)}. Its columns are ${names.slice(0, 12).map((name) => quoted(name)).join(", ")}.`, ["dataset", "columns", slot]);
  for (const slot of templateColumns(parseTemplate(task.template, answer).template)) {
    if (Object.hasOwn(known, slot) || names.includes(slot)) continue;
    const nearest = nearestOf(slot, [...Object.keys(known), ...names]);
    const { document } = findings;
    const hint = nearest === undefined ? ` It has ${[...new Set([...Object.keys(known), ...names])].join(", ")}.` : ` Did you mean {${nearest}}?`;
    findings.all.push(document.diagnostic(`The data set has no column for the slot {${slot}}.${hint}`, ["task", "template"], slotSpan(document, task.template, slot), "error", nearest && `{${nearest}}`));
  }
  if (!Object.hasOwn(known, answer) && !names.includes(answer)) findings.value(`The data set does not say which column is the ${answer}. Give it that role in its description, or name it under dataset.columns.`, key);
  if (task.type === "classification" && task.verbalizer && known.label === columnOf(description, "label")) checkLabels(description, Object.keys(task.verbalizer), findings);
}

function checkLabels({ counts }: LoadedDescription["description"], verbalized: readonly string[], findings: Findings): void {
  if (counts.some(({ labels }) => labels === undefined)) return;
  const labels = new Set(counts.flatMap((count) => (count.labels ?? []).map(({ label }) => label)));
  compareLabels(verbalized, new Map([...labels].map((label) => [label, ""])), "all", findings);
}
