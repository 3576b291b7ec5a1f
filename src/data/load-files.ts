import { PromptTuningError } from "../common/errors.js";
import { splitNames, type DatasetNeeds, type DatasetNotice, type SplitName } from "./dataset.js";
import type { Example } from "./example.js";
import { toExamples } from "./examples.js";
import { readTable } from "./read-table.js";
import type { Reading } from "./reading/reading.js";

/** A file and the splits of its rows. */
export interface SplitFile {
  /** The split of a row, by its 0-based number in the file. */
  readonly splitOf: (row: number) => SplitName;
  /** Absolute path. */
  readonly path: string;
  /** How it becomes rows; found out when absent. */
  readonly reading?: Reading;
}

export interface LoadedFiles {
  readonly splits: { readonly [split in SplitName]?: readonly Example[] };
  readonly notices: readonly DatasetNotice[];
}

/**
 * The rows of data files as examples. Several files of a split follow each other, their rows numbered through.
 * @param columns slot of the template → column.
 * @throws PromptTuningError data.
 */
export async function loadFiles(files: readonly SplitFile[], columns: Readonly<Record<string, string>>, needs: DatasetNeeds, signal?: AbortSignal): Promise<LoadedFiles> {
  const notices: DatasetNotice[] = [];
  const splits: { [split in SplitName]?: Example[] } = {};
  for (const file of files) {
    const table = await readTable(file.path, { reading: file.reading, signal });
    notices.push(...table.notices.map((text) => ({ code: "reading", text })));
    const examples = toExamples(table, columns, needs, (text) => notices.push({ code: "rows", text }));
    const before = Object.fromEntries(splitNames.map((split) => [split, (splits[split]?.at(-1)?.index ?? -1) + 1]));
    for (const example of examples) {
      const split = file.splitOf(example.index);
      (splits[split] ??= []).push(before[split] === 0 ? example : { ...example, index: example.index + before[split] });
    }
  }
  if (!splits.train) throw new PromptTuningError("data", "The data set has no rows for training.", { advice: "Name a file of the split train, or split the data set." });
  return { splits, notices };
}
