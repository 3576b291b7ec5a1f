import { z } from "zod";
import type { OpenRows, PassOptions } from "../row-stream.js";
import { labelsByName, readRowKeys, type RowKeyColumns, unitsByPlace } from "./row-keys.js";
import type { RowCopies } from "./row-copies.js";

export const sampleReportSchema = z.array(
  z.strictObject({
    label: z.string(),
    rows: z.int().min(0),
    /** Different texts among them, in any case: repeats are never drawn. */
    texts: z.int().min(0),
    /** Fewer than asked for where the label has no more different texts. */
    taken: z.int().min(0),
  }),
);
export type SampleReport = z.infer<typeof sampleReportSchema>;

/**
 * k rows a label (k-shot): those whose texts have the lowest places, so that the seed and the texts alone decide, and the
 * sample of a smaller k is part of that of a larger one. Texts are drawn once, the first of equal rows; a text with several
 * labels is left out, as it teaches nothing. Reads the rows once.
 * @throws PromptTuningError data: a column is missing, too many labels. stopped: the signal fired.
 */
export async function sampleRows(open: OpenRows, count: number, columns: Required<Pick<RowKeyColumns, "texts" | "label">>, seed: number, options: PassOptions = {}): Promise<RowCopies & { readonly report: SampleReport }> {
  const keys = await readRowKeys(open, columns, seed, options);
  const firstRows = new Int32Array(keys.places.length).fill(-1);
  const torn = new Uint8Array(keys.places.length);
  const rows = new Int32Array(keys.labels.length);
  for (let row = 0; row < keys.rows; row++) {
    const unit = keys.unitOf(row);
    rows[keys.labelOf(row)]++;
    if (firstRows[unit] < 0) firstRows[unit] = row;
    else if (keys.labelOf(firstRows[unit]) !== keys.labelOf(row)) torn[unit] = 1;
  }
  const texts = new Int32Array(keys.labels.length);
  const taken = new Int32Array(keys.labels.length);
  const copies = new Uint32Array(keys.rows);
  for (const unit of unitsByPlace(keys)) {
    if (torn[unit] === 1) continue;
    const label = keys.labelOf(firstRows[unit]);
    texts[label]++;
    if (taken[label] === count) continue;
    taken[label]++;
    copies[firstRows[unit]] = 1;
  }
  return { copies, report: labelsByName(keys).map((label) => ({ label: keys.labels[label], rows: rows[label], texts: texts[label], taken: taken[label] })) };
}
