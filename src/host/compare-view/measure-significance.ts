import { stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { PromptTuningError } from "../../common/errors.js";
import { AnswerScores } from "../../comparison/paired-rows.js";
import { pairedBootstrap } from "../../comparison/paired-bootstrap.js";
import type { PairedMeasure, Side, Significance } from "../../protocol/webview/compare-view.js";
import { predictionsFile, readPredictions } from "../../runs/predictions.js";
import { RunFolder } from "../../runs/run-folder.js";

/** More answers of one set than this are not compared: they would fill the host's memory. */
const mostRows = 500_000;
/** Sets of answers that are kept: the baseline's, which every pair needs, and a few more. */
const keptSets = 4;

type Answers = AnswerScores | "none" | "too-many";

/** Compares sets of answers row by row, beside whatever else the host does: it gives way every few milliseconds. */
export class SignificanceMeasurer {
  private readonly kept = new Map<string, Answers>();

  /** @throws PromptTuningError kind "stopped" when the signal fires; "storage" or "run" when answers cannot be read. */
  async measure(measure: PairedMeasure, pairs: readonly { readonly a: Side; readonly b: Side }[], signal: AbortSignal, onProgress: (done: number, total: number) => void): Promise<Significance[]> {
    const found: Significance[] = [];
    for (const { a, b } of pairs) {
      found.push(await this.compare(measure, await this.answers(a), await this.answers(b), signal, (share) => onProgress(found.length + share, pairs.length)));
      onProgress(found.length, pairs.length);
    }
    return found;
  }

  private async compare(measure: PairedMeasure, a: Answers, b: Answers, signal: AbortSignal, onProgress: (share: number) => void): Promise<Significance> {
    if (a === "none") return impossible("no-answers-a");
    if (b === "none") return impossible("no-answers-b");
    if (a === "too-many" || b === "too-many") return impossible("too-many-rows");
    const { differences, onlyA, onlyB } = AnswerScores.differences(a, b, measure);
    if (differences.length === 0) return impossible("no-common-rows");
    const steps = pairedBootstrap(differences);
    for (;;) {
      const next = steps.next();
      if (next.done) return { type: "measured", onlyA, onlyB, ...next.value, interval: [...next.value.interval] };
      onProgress(next.value);
      await setImmediate();
      if (signal.aborted) throw new PromptTuningError("stopped", "The comparison was stopped.");
    }
  }

  private async answers({ run, set }: Side): Promise<Answers> {
    const folder = new RunFolder(run);
    const changed = (await stat(predictionsFile(folder)).catch(() => undefined))?.mtimeMs ?? 0;
    const key = JSON.stringify([run, set, changed]);
    const answers = this.kept.get(key) ?? (await readAnswers(folder, set));
    // The one used longest ago goes.
    this.kept.delete(key);
    this.kept.set(key, answers);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= keptSets) break;
      this.kept.delete(oldest);
    }
    return answers;
  }
}

const impossible = (reason: Extract<Significance, { type: "impossible" }>["reason"]): Significance => ({ type: "impossible", reason });

async function readAnswers(folder: RunFolder, set: string): Promise<Answers> {
  const answers = new AnswerScores();
  await readPredictions(folder, (row) => {
    if (row.set === set) answers.add(row);
    return answers.size <= mostRows ? undefined : false;
  });
  if (answers.size > mostRows) return "too-many";
  return answers.size === 0 ? "none" : answers;
}
