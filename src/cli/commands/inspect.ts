import type { CommandContext } from "../context.js";
import { excerpt, harmless } from "../output/harmless.js";
import { neighbourTable } from "../output/nearest-report.js";
import { figure } from "../output/numbers.js";
import { describeMeasures } from "../output/run-narrator.js";
import { jobOptions } from "./run-progress.js";

export interface InspectSettings {
  readonly k: number;
  readonly metric: "cosine" | "dot" | "l2";
  readonly faithfulness: boolean;
}

/** ptune inspect RUN. */
export async function inspectCommand(context: CommandContext, run: string, { k, metric, faithfulness }: InspectSettings): Promise<number> {
  const { inspectRun } = await import("../../backend/inspect-run.js");
  const { progress, results, style, json } = context;
  const inspection = await inspectRun(run, { ...jobOptions(context), k, faithfulness });
  progress.clear();
  if (json) {
    results.object({ type: "inspection", ...inspection });
    return 0;
  }
  results.lines(neighbourTable(inspection, metric, k));
  const { minimum, maximum, mean } = inspection.vocabularyNorms;
  results.line(`  The vocabulary's norms: from ${figure(minimum, 3)} to ${figure(maximum, 3)}, mean ${figure(mean, 3)}.`);
  const found = inspection.faithfulness;
  if (found) {
    results.line();
    results.line(style.bold("With every vector replaced by its nearest token"));
    results.line(`  soft prompt     ${describeMeasures(found.learned)}`);
    results.line(`  nearest tokens  ${describeMeasures(found.hardened)}`);
    results.line(`  as a text       ${excerpt(found.hardPrompt, 400)}${found.retokenizesAlike ? "" : " (typed in, it makes other tokens)"}`);
    results.line(`  ${harmless(found.caution)}`);
  }
  return 0;
}
