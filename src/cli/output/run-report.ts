import type { Inspection } from "../../inspection/inspection-schema.js";
import type { EvaluationMeasures, ResultEvent } from "../../runs/events.js";
import { confusionLines, contextLines, measuresTable, spanLines } from "./measures-report.js";
import { mainMeasure } from "../../tasks/task-facts.js";
import { nearestLines } from "./nearest-report.js";
import { elapsed } from "./numbers.js";
import type { Style } from "./style.js";

export interface RunReportParts {
  readonly result: ResultEvent;
  /** What is kept with the run of the prompt's neighbours. */
  readonly inspection?: Inspection;
  readonly style: Style;
  /** Whether the rows it was measured on were kept out of training and of the choice of the best step. */
  readonly heldOut: boolean;
  /** Paths as a person reads them. */
  readonly runFolder: string;
  readonly adapterFolder?: string;
  /** Commands that work when pasted. */
  readonly commands: { readonly predict: string; readonly inspect: string; readonly resume: string };
}

/** The end of a run, for a person. */
export function runReport(parts: RunReportParts): string[] {
  const { result, style, runFolder, commands } = parts;
  if (result.status === "stopped") return ["", style.warning("The run was stopped."), `  Run folder    ${runFolder}`, `  Go on with    ${commands.resume}`];
  return ["", ...measured(parts), ...learned(parts), ...places(parts), ...tryIt(commands, style)];
}

function measured({ result, style, heldOut }: RunReportParts): string[] {
  const { test, baselines, seconds, trainingSeconds, peakMemoryMB } = result;
  if (!test) return [];
  const rows: [string, EvaluationMeasures][] = [...Object.entries(baselines), ["soft prompt", test]];
  return [
    style.bold(heldOut ? `On ${test.items} held-out rows` : `On ${test.items} validation rows (there is no test split; the best step was chosen on these)`),
    ...measuresTable(rows, style),
    "",
    ...confusionLines("Soft prompt: true label (rows) against predicted label (columns)", test, style),
    ...spanLines(test, style),
    ...contextLines(test),
    `  Tuned in ${elapsed(trainingSeconds)}, ${elapsed(seconds)} in all; peak memory ${peakMemoryMB.toLocaleString("en")} MB.`,
    "",
  ];
}

function learned({ inspection, style }: RunReportParts): string[] {
  if (!inspection) return [];
  const { faithfulness } = inspection;
  const lines = [style.bold("Nearest token of each virtual token (cosine)"), ...nearestLines(inspection)];
  if (faithfulness) {
    const measure = (measures: EvaluationMeasures): string => (measures[mainMeasure(measures)] ?? 0).toFixed(4);
    lines.push(`  With every vector replaced by its nearest token: ${measure(faithfulness.hardened)} instead of ${measure(faithfulness.learned)}.`);
    lines.push(style.dim("  Nearest tokens can mislead (Khashabi et al. 2022); that figure says how far they explain the prompt."));
  }
  return [...lines, ""];
}

function places({ runFolder, adapterFolder }: RunReportParts): string[] {
  return [`  Run folder    ${runFolder}`, ...(adapterFolder === undefined ? [] : [`  PEFT folder   ${adapterFolder}`])];
}

function tryIt({ predict, inspect }: RunReportParts["commands"], style: Style): string[] {
  return [`  Try it        ${style.bold(predict)}`, `  Look inside   ${inspect}`];
}

