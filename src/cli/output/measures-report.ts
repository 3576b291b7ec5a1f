import type { EvaluationMeasures } from "../../runs/events.js";
import { excerpt } from "./harmless.js";
import { figure, share } from "./numbers.js";
import type { Style } from "./style.js";
import { table, type Column } from "./table.js";

/** Confusion matrices of more labels would not fit a screen. */
const mostLabels = 12;

/** One row for each thing measured; the last one, the soft prompt, in bold. */
export function measuresTable(rows: readonly (readonly [name: string, measures: EvaluationMeasures])[], style: Style): string[] {
  const measures: readonly [title: string, of: (measures: EvaluationMeasures) => number | null | undefined, show: (value: number | null | undefined) => string][] = [
    ["accuracy", ({ accuracy }) => accuracy, share],
    ["macro-F1", ({ macroF1 }) => macroF1, share],
    ["exact match", ({ exactMatch }) => exactMatch, share],
    ["ROUGE-L", ({ rougeL }) => rougeL, share],
    ["loss", ({ loss }) => loss, (value) => figure(value, 3)],
  ];
  const shown = measures.filter(([, of]) => rows.some(([, each]) => typeof of(each) === "number"));
  const columns: Column[] = [{ title: "" }, ...shown.map(([title]) => ({ title, right: true }))];
  const lines = table(
    columns,
    rows.map(([name, each]) => [excerpt(name, 56), ...shown.map(([, of, show]) => show(of(each)))]),
  );
  return lines.map((text, at) => (at === lines.length - 1 ? style.bold(text) : text));
}

/** The confusion matrix with its labels; nothing for tasks without one, a sentence where it is too large. */
export function confusionLines(title: string, { confusion, labels }: EvaluationMeasures, style: Style): string[] {
  if (!confusion || !labels) return [];
  if (labels.length > mostLabels) return [`  The confusion matrix of ${labels.length} labels is in the run's journal.`, ""];
  const names = labels.map((label) => excerpt(label, 20));
  const columns: Column[] = [{ title: "" }, ...names.map((name) => ({ title: name, right: true }))];
  return [style.bold(title), ...table(columns, confusion.map((row, at) => [names[at], ...row.map(String)])), ""];
}
