import { learnedSet, type PredictionRow, readPredictions } from "../runs/predictions.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { PredictionFilter, PredictionPage, ShownPrediction } from "../protocol/webview/run-view.js";

/** A page of the learned prompt's answers to the held-out rows. @throws PromptTuningError as readPredictions. */
export async function readPredictionPage(folder: RunFolder, { filter, offset, limit }: { readonly filter: PredictionFilter; readonly offset: number; readonly limit: number }): Promise<PredictionPage> {
  const rows: ShownPrediction[] = [];
  let all = 0;
  let matching = 0;
  const report = await readPredictions(folder, (row) => {
    if (row.set !== learnedSet) return;
    all++;
    if (!passes(row, filter)) return;
    if (matching >= offset && rows.length < limit) rows.push(shown(row));
    matching++;
  });
  return { available: report !== undefined, split: report?.header.split ?? null, all, matching, rows, damaged: report?.damaged ?? 0 };
}

function passes(row: PredictionRow, { wrongOnly, expected, predicted }: PredictionFilter): boolean {
  return (!wrongOnly || !isRight(row)) && (expected === null || row.expected === expected) && (predicted === null || row.predicted === predicted);
}

/** Generation counts as right where SQuAD's exact match does, sequence labelling where every span is. */
function isRight({ scores, expected, predicted }: PredictionRow): boolean {
  return (scores.accuracy ?? scores.exactMatch ?? Number(expected === predicted)) === 1;
}

function shown(row: PredictionRow): ShownPrediction {
  const { index, expected, predicted, generated = null, probabilities, scores, fields = {} } = row;
  const probability = (label: string): number | null => (probabilities && Object.hasOwn(probabilities, label) ? probabilities[label] : null);
  return { index, expected, predicted, generated, right: isRight(row), probability: probability(predicted), expectedProbability: probability(expected), rougeL: scores.rougeL ?? null, fields };
}
