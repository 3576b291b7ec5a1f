import { newTemplateSetting } from "../../experiment/new-experiment.js";
import { suggestTask } from "../../experiment/suggest-task.js";
import { columnOf } from "../../data/description/schema.js";
import { textColumns } from "../../data/description/text-columns.js";
import { roleColumns } from "../../data/load-described.js";
import { contextSlot, tokensSlot } from "../../tasks/task-facts.js";
import type { SuggestedExperiment } from "../../protocol/backend/dataset-shaping.js";
import type { OpenDataset } from "./open-datasets.js";

/** Rows that are looked at. */
const lookedAt = 500;

/** The experiment that suits a data set: its task by the roles of its columns and by its first rows, with every label there is. */
export async function suggestExperiment({ description, table }: OpenDataset, signal?: AbortSignal): Promise<SuggestedExperiment> {
  const roles = roleColumns(description);
  const answer = columnOf(description, "label") ?? columnOf(description, "output");
  const texts = textColumns(description).filter((column) => column !== answer);
  if (answer === undefined || texts.length === 0) return { task: "classification", columns: {}, labels: [], slots: [], cut: null, setting: null };
  const rows = (await table.read(0, lookedAt, signal)).map(({ cells }) => {
    const row = Object.create(null) as Record<string, string>;
    table.columns.forEach((name, at) => {
      const cell = cells[at];
      if (cell !== null) row[name] = cell;
    });
    return row;
  });
  const suggested = suggestTask(table.columns, rows, answer, texts);
  // A column that is said to be the label is one, however many labels it has; so is one of text said to be the output.
  const task = suggested.task === "sequence-labelling" ? suggested.task : roles.label === undefined ? "generation" : "classification";
  const labels = task === "classification" ? allLabels(description.counts) : task === "generation" ? [] : [...suggested.labels];
  const slotOf = (column: string): string => (column === suggested.roles.words ? tokensSlot : column === suggested.roles.context ? contextSlot : (Object.entries(roles).find(([, named]) => named === column)?.[0] ?? column));
  const columns: Record<string, string> = {};
  for (const column of suggested.texts) if (roles[slotOf(column)] !== column) columns[slotOf(column)] = column;
  const answerSlot = task === "sequence-labelling" ? "tags" : task === "classification" ? "label" : "output";
  if (roles[answerSlot] !== answer) columns[answerSlot] = answer;
  const cut = suggested.roles.cut === undefined ? null : slotOf(suggested.roles.cut);
  const slots = suggested.texts.map(slotOf).sort((a, b) => place(a, cut) - place(b, cut));
  return { task, columns, labels, slots, cut, setting: newTemplateSetting(slots, task, labels) };
}

/** Passages and the long text first, so that what is asked about them stands next to the answer. */
const place = (slot: string, cut: string | null): number => (slot === contextSlot ? 0 : slot === cut ? 1 : 2);

function allLabels(counts: OpenDataset["description"]["counts"]): string[] {
  return [...new Set(counts.flatMap(({ labels }) => labels?.map(({ label }) => label) ?? []))].filter((label) => label !== "").sort();
}
