import { splitNames, type SplitName } from "../dataset.js";
import type { DataPart, OpenRows } from "../row-stream.js";
import { openRows } from "../rows/open-rows.js";
import type { ReadOptions } from "../rows/row-batch.js";
import { rowsOfSplit } from "../shape/row-copies.js";
import { type SplitReport, splitRows } from "../shape/split-rows.js";
import { type DatasetPart, type PartOptions, readyParts } from "./dataset-parts.js";
import type { LoadedDescription } from "./load-description.js";
import { columnOf, type SplitRule } from "./schema.js";
import { textColumns } from "./text-columns.js";

type Options = Pick<ReadOptions, "signal" | "progress"> & PartOptions;

export interface DividedRows {
  /** The files that the rule divides, in order; their rows are numbered through. */
  readonly parts: readonly DatasetPart[];
  /** For every such row the number of its split in `splitNames`. */
  readonly splitOf: Uint8Array;
  readonly report: SplitReport;
}

/** Divides the rows of the files that hold no split by a rule. Reads them once. @throws PromptTuningError data, stopped. */
export async function divideRows(dataset: Pick<LoadedDescription, "description" | "folder">, rule: SplitRule, options: Options = {}): Promise<DividedRows> {
  const parts = (await readyParts({ ...dataset, description: { ...dataset.description, splits: rule } }, options)).filter(({ split }) => split === undefined);
  const divided = await splitRows(rowsOf(parts, options.progress), rule, { texts: textColumns(dataset.description), label: columnOf(dataset.description, "label") }, { signal: options.signal });
  return { parts, ...divided };
}

export interface SplitPart extends DataPart {
  readonly name: SplitName;
}

/** The rows of every split that has files or is made by the rule: what analysing and shaping take. @throws PromptTuningError data, stopped. */
export async function splitParts(dataset: Pick<LoadedDescription, "description" | "folder">, options: Options = {}): Promise<SplitPart[]> {
  const rule = dataset.description.splits;
  const divided = rule && (await divideRows(dataset, rule, options));
  const parts = await readyParts(dataset, options);
  return splitNames.flatMap((name) => {
    const given = parts.filter(({ split }) => split === name);
    const opens: OpenRows[] = [...(given.length > 0 ? [rowsOf(given)] : []), ...(divided && divided.parts.length > 0 ? [rowsOfSplit(rowsOf(divided.parts), divided.splitOf, name)] : [])];
    if (opens.length === 0) return [];
    return [{ name, open: opens.length === 1 ? opens[0] : oneAfterTheOther(opens) }];
  });
}

function rowsOf(parts: readonly DatasetPart[], progress?: Options["progress"]): OpenRows {
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  return async function* (signal) {
    let before = 0;
    for (const part of parts) {
      const done = before;
      yield* openRows(part, { signal, progress: progress && ((at, of) => progress(done + (of === 0 ? 0 : (at / of) * part.size), total)) });
      before += part.size;
    }
  };
}

function oneAfterTheOther(opens: readonly OpenRows[]): OpenRows {
  return async function* (signal) {
    for (const open of opens) yield* open(signal);
  };
}
