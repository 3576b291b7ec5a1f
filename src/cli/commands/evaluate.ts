import type { CommandContext } from "../context.js";
import { confusionLines, contextLines, measuresTable, spanLines } from "../output/measures-report.js";
import { excerpt } from "../output/harmless.js";
import { bar } from "../output/narration.js";
import { count } from "../output/numbers.js";
import { jobOptions } from "./run-progress.js";

export interface EvaluateSettings {
  readonly split?: "validation" | "test";
  readonly file?: string;
}

/** ptune evaluate RUN. */
export async function evaluateCommand(context: CommandContext, run: string, settings: EvaluateSettings): Promise<number> {
  const { evaluateRun } = await import("../../backend/evaluate-run.js");
  const { progress, results, style, json } = context;
  const onProgress = (done: number, total: number): void => progress.show(`Evaluating  ${bar(done / total)}  ${Math.floor(done)} of ${total}`);
  const { split, evaluation, baselines } = await evaluateRun(run, { ...jobOptions(context), onProgress, ...settings });
  progress.clear();
  const { measures } = evaluation;
  if (json) {
    results.object({ type: "evaluation", split, measures, baselines });
    return 0;
  }
  results.line(style.bold(`On ${count(measures.items, "row")} (${excerpt(split, 100)})`));
  results.lines(measuresTable([...Object.entries(baselines), ["soft prompt", measures]], style));
  results.line();
  results.lines(confusionLines("True label (rows) against predicted label (columns)", measures, style));
  results.lines([...spanLines(measures, style), ...contextLines(measures)]);
  return 0;
}
