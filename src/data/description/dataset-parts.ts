import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { SplitName } from "../dataset.js";
import { openRows, type RowFile } from "../rows/open-rows.js";
import type { ReadOptions, RowBatch } from "../rows/row-batch.js";
import type { LoadedDescription } from "./load-description.js";
import type { DatasetDescription } from "./schema.js";

/** A file of a data set. */
export interface DatasetPart extends RowFile {
  /** As the description names it. */
  readonly name: string;
  /** Absent where the rule under splits divides the rows. */
  readonly split?: SplitName;
  readonly size: number;
  readonly sha256: string;
  readonly rows: number;
}

/** The files of a data set, with the split each holds: "train" where neither the file nor a rule says another. */
export function datasetParts({ description, folder }: Pick<LoadedDescription, "description" | "folder">): DatasetPart[] {
  const { source } = description;
  if (source.type !== "files") throw new PromptTuningError("data", `A data set of type ${source.type} cannot be read here.`);
  return source.files.map((file) => ({
    name: file.path,
    path: path.resolve(folder, file.path),
    reading: file.reading,
    ...splitOf(file.split, description),
    size: file.size,
    sha256: file.sha256,
    rows: file.rows,
  }));
}

function splitOf(split: SplitName | undefined, { splits }: DatasetDescription): { split?: SplitName } {
  if (split !== undefined) return { split };
  return splits === undefined ? { split: "train" } : {};
}

export interface PartBatch extends RowBatch {
  readonly part: DatasetPart;
}

/** The rows of all files of a data set, one file after the other. @throws PromptTuningError data, stopped. */
export async function* openDatasetRows(dataset: Pick<LoadedDescription, "description" | "folder">, options: Pick<ReadOptions, "signal" | "progress"> = {}): AsyncGenerator<PartBatch> {
  const parts = datasetParts(dataset);
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const part of parts) {
    const progress = options.progress && ((done: number, of: number) => options.progress!(before + (of === 0 ? 0 : (done / of) * part.size), total));
    for await (const batch of openRows(part, { signal: options.signal, progress })) yield { ...batch, part };
    before += part.size;
  }
}
