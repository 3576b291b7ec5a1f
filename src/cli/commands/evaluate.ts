import type { CommandContext } from "../context.js";
import { confusionLines, measuresTable } from "../output/measures-report.js";
import { bar } from "../output/narration.js";
import { runProgress } from "./run-progress.js";

export interface EvaluateSettings {
  readonly split?: "validation" | "test";
  readonly file?: string;
}

/** ptune evaluate RUN. */
export async function evaluateCommand(context: CommandContext, run: string, settings: EvaluateSettings): Promise<number> {
  const { evaluateRun } = await import("../../backend/evaluate-run.js");
  const { runsRoot, signal, progress, results, style, json } = context;
  const { onFetch } = runProgress(context);
  const onProgress = (done: number, total: number): void => progress.show(`Evaluating  ${bar(done / total)}  ${Math.floor(done)} of ${total}`);
  const { split, evaluation, baselines } = await evaluateRun(run, { runsRoot, signal, onFetch, onProgress, ...settings });
  progress.clear();
  const { measures } = evaluation;
  if (json) {
    results.object({ type: "evaluation", split, measures, baselines });
    return 0;
  }
  results.line(style.bold(`${measures.items} rows (${settings.file === undefined ? split : "of the file"})`));
  results.lines(measuresTable([...Object.entries(baselines), ["soft prompt", measures]], style));
  results.line();
  results.lines(confusionLines("True label (rows) against predicted label (columns)", measures, style));
  return 0;
}
