import path from "node:path";
import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import { writePiecesAtomically } from "./atomic-write.js";
import { boundedLines } from "./bounded-lines.js";
import { errorCode, type FileSystem, nodeFileSystem } from "./file-system.js";
import type { RunFolder } from "./run-folder.js";
import { storageError } from "./storage-error.js";

/**
 * `<run>/predictions.jsonl`: what was answered to every held-out row (the test rows; the validation rows where there is
 * no test split), by the learned prompt and by each baseline. Written whole at the end of a run; a run that is resumed
 * or measured again replaces it. It never holds a training row. The rows' texts stand with the learned prompt's
 * answers only, cut to `longestText` characters, answers too: whoever shares a run's folder shares these texts.
 *
 * The first line is the header, every other one a prediction.
 */
export const predictionsHeaderSchema = z.object({
  /** Version of the format. */
  predictions: z.literal(1),
  split: z.enum(["validation", "test"]),
  /** Hash of the whole data set (Dataset.hash): equal in runs on the same data. */
  data: z.string(),
  /** UTF-16 units after which texts are cut, with "…" in the place of what is missing. */
  longestText: z.int().min(1),
});
export type PredictionsHeader = z.infer<typeof predictionsHeaderSchema>;

/** The set of the run's own answers; every other set is a baseline, by its name. */
export const learnedSet = "learned";

export const predictionRowSchema = z.object({
  /** "learned", or the baseline's name. */
  set: z.string(),
  /** The row's 0-based number in its file. */
  index: z.int().min(0),
  /** Hash of the row's whole texts and answer (16 hexadecimal digits): the same number and hash in two runs mean the same row. */
  row: z.string().regex(/^[0-9a-f]{16}$/),
  /** The right label, or the reference text. */
  expected: z.string(),
  /** The label, the generated text, or the spans that were read from it. */
  predicted: z.string(),
  /** Sequence labelling: the generated text, where the spans in `predicted` are not all it says. */
  generated: z.string().optional(),
  /** Measures of this one answer, from the whole texts; their mean over the rows is the measure of the set. accuracy: 0 or 1; generation: exactMatch, 0 or 1, and rougeL; sequence labelling: exactMatch, since F1 is no mean over rows. */
  scores: z.record(z.string(), z.number()),
  /** Classification: label → probability; of many labels the most probable ones and the expected one. */
  probabilities: z.record(z.string(), z.number()).optional(),
  /** Slot of the template → text. Only where set is "learned". */
  fields: z.record(z.string(), z.string()).optional(),
});
export type PredictionRow = z.infer<typeof predictionRowSchema>;

/** Longest line that is read, in bytes: a row of some hundred cut texts. */
export const longestPredictionLine = 4 * 1024 * 1024;

export const predictionsFile = (folder: RunFolder): string => path.join(folder.path, "predictions.jsonl");

/** Replaces the run's predictions; at every moment the old or the new ones are there whole. @throws PromptTuningError kind "storage". */
export function writePredictions(folder: RunFolder, header: PredictionsHeader, rows: Iterable<PredictionRow>, fileSystem: FileSystem = nodeFileSystem): void {
  writePiecesAtomically(fileSystem, predictionsFile(folder), pieces(header, rows), "write the predictions on the held-out rows");
}

/** Lines in pieces of about 64 KB: neither one write a row nor the whole file in memory. */
function* pieces(header: PredictionsHeader, rows: Iterable<PredictionRow>): Generator<Uint8Array> {
  let text = `${JSON.stringify(header)}\n`;
  for (const row of rows) {
    text += `${JSON.stringify(row)}\n`;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}

export interface PredictionsReport {
  readonly header: PredictionsHeader;
  /** Predictions handed over. */
  readonly rows: number;
  /** Lines that are no predictions: cut, edited, or too long. */
  readonly damaged: number;
}

/**
 * Reads a run's predictions line by line, in memory of one line, and hands each to `visit` until that answers false.
 * @returns undefined for a run without them: it is not finished, or it was made by a version before there were any.
 * @throws PromptTuningError kind "storage" when the file cannot be read; kind "run" when it is not a file of predictions.
 */
export async function readPredictions(folder: RunFolder, visit: (row: PredictionRow) => void | false): Promise<PredictionsReport | undefined> {
  const file = predictionsFile(folder);
  let header: PredictionsHeader | undefined;
  let rows = 0;
  let damaged = 0;
  try {
    const lines = boundedLines(file, longestPredictionLine);
    for (;;) {
      const next = await lines.next();
      if (next.done) {
        damaged += next.value.overlong;
        break;
      }
      const content = parse(next.value);
      if (!header) {
        header = predictionsHeaderSchema.safeParse(content).data;
        if (!header) break;
        continue;
      }
      const row = predictionRowSchema.safeParse(content);
      if (!row.success) {
        damaged++;
        continue;
      }
      rows++;
      if (visit(row.data) === false) {
        await lines.return({ overlong: 0 });
        break;
      }
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw storageError("read the run's predictions", file, error);
  }
  if (!header) throw notPredictions(file);
  return { header, rows, damaged };
}

function notPredictions(file: string): PromptTuningError {
  return new PromptTuningError("run", "The run's predictions cannot be read.", {
    reason: "predictions.jsonl does not begin as this version writes it.",
    advice: "It was edited, or written by another version of this program; the run's other files are not touched by that.",
    file,
  });
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}
