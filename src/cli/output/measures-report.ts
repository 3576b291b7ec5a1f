import type { EvaluationMeasures } from "../../runs/events.js";
import { mainMeasure, type MeasureName, measureNames } from "../../tasks/task-facts.js";
import { excerpt } from "./harmless.js";
import { figure, share } from "./numbers.js";
import type { Style } from "./style.js";
import { table, type Column } from "./table.js";

/** Confusion matrices of more labels would not fit a screen. */
const mostLabels = 12;
const mostTypes = 20;

/** The names of measures in what is printed. */
export const measureTitles: Readonly<Record<MeasureName, string>> = {
  accuracy: "accuracy",
  macroF1: "macro-F1",
  spanF1: "span F1",
  spanF1Strict: "strict F1",
  spanPrecision: "precision",
  spanRecall: "recall",
  exactMatch: "exact match",
  rougeL: "ROUGE-L",
  loss: "loss",
};

/** One row for each thing measured; the last one, the soft prompt, in bold. */
export function measuresTable(rows: readonly (readonly [name: string, measures: EvaluationMeasures])[], style: Style): string[] {
  const shown = measureNames.filter((name) => rows.some(([, each]) => typeof each[name] === "number"));
  const columns: Column[] = [{ title: "" }, ...shown.map((name) => ({ title: measureTitles[name], right: true }))];
  const lines = table(
    columns,
    rows.map(([name, each]) => [excerpt(name, 56), ...shown.map((name) => (name === "loss" ? figure(each.loss, 3) : share(each[name])))]),
  );
  return lines.map((text, at) => (at === lines.length - 1 ? style.bold(text) : text));
}

/** What the rows with retrieved passages and those without give; nothing where there are not both. */
export function contextLines(measures: EvaluationMeasures): string[] {
  if (!measures.context) return [];
  const { with: given, without } = measures.context;
  return [`  ${measureTitles[mainMeasure(measures)]} of the ${given.items} rows with context ${share(given.value)}, of the ${without.items} without ${share(without.value)}`, ""];
}

/** The confusion matrix with its labels; nothing for tasks without one, a sentence where it is too large. */
export function confusionLines(title: string, { confusion, labels }: EvaluationMeasures, style: Style): string[] {
  if (!confusion || !labels) return [];
  if (labels.length > mostLabels) return [`  The confusion matrix of ${labels.length} labels is in the run's journal.`, ""];
  const names = labels.map((label) => excerpt(label, 20));
  const columns: Column[] = [{ title: "" }, ...names.map((name) => ({ title: name, right: true }))];
  return [style.bold(title), ...table(columns, confusion.map((row, at) => [names[at], ...row.map(String)])), ""];
}

/** Of a sequence labelling: the types of spans that occur, the most frequent first, and what could not be read of the answers; nothing for other tasks. */
export function spanLines({ perClass, reading, items }: EvaluationMeasures, style: Style): string[] {
  if (!reading) return [];
  const types = Object.entries(perClass ?? {}).sort(([, a], [, b]) => b.support - a.support);
  const columns: Column[] = [{ title: "" }, ...["precision", "recall", "F1", "spans"].map((title) => ({ title, right: true }))];
  const shown = types.slice(0, mostTypes).map(([type, { precision, recall, f1, support }]) => [excerpt(type, 40), share(precision), share(recall), share(f1), String(support)]);
  return [
    style.bold("Spans by type"),
    ...table(columns, shown),
    ...(types.length > mostTypes ? [`  ${types.length - mostTypes} more types are in the run's journal.`] : []),
    `  ${readingText(reading, items)}`,
    "",
  ];
}

function readingText({ rows, ...problems }: NonNullable<EvaluationMeasures["reading"]>, items: number): string {
  if (rows === 0) return "Every answer could be read as it stands.";
  const words: Readonly<Record<keyof typeof problems, string>> = {
    unreadable: "unreadable",
    unknownTypes: "of an unknown type",
    invented: "with words that do not stand in the row",
    repeated: "named twice",
    missing: "words without a tag",
    surplus: "tags too many",
  };
  const told = (Object.keys(words) as (keyof typeof problems)[]).filter((key) => problems[key] > 0).map((key) => `${problems[key]} ${words[key]}`);
  return `Of ${rows} of ${items} answers something was left out: ${told.join(", ")}.`;
}
