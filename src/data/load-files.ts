import { PromptTuningError } from "../common/errors.js";
import { splitNames, type DatasetNeeds, type DatasetNotice, type SplitName } from "./dataset.js";
import type { Example } from "./example.js";
import { toExamples } from "./examples.js";
import { readTable } from "./read-table.js";
import type { Reading } from "./reading/reading.js";

/** A file whose rows are of one split. */
export interface SplitFile {
  readonly split: SplitName;
  /** Absolute path. */
  readonly path: string;
  /** How it becomes rows; found out when absent. */
  readonly reading?: Reading;
}

export interface LoadedFiles {
  readonly splits: Partial<Record<SplitName, readonly Example[]>>;
  readonly notices: readonly DatasetNotice[];
}

/**
 * The rows of data files as examples. Several files of a split follow each other.
 * @param columns slot of the template → column.
 * @throws PromptTuningError data.
 */
export async function loadFiles(files: readonly SplitFile[], columns: Readonly<Record<string, string>>, needs: DatasetNeeds, signal?: AbortSignal): Promise<LoadedFiles> {
  const notices: DatasetNotice[] = [];
  const splits: Partial<Record<SplitName, readonly Example[]>> = {};
  for (const split of splitNames) {
    for (const file of files.filter((each) => each.split === split)) {
      const table = await readTable(file.path, { reading: file.reading, signal });
      notices.push(...table.notices.map((text) => ({ code: "reading", text })));
      const examples = toExamples(table, columns, needs, (text) => notices.push({ code: "rows", text }));
      const before = splits[split];
      splits[split] = before ? [...before, ...examples.map((example) => ({ ...example, index: example.index + before.length }))] : examples;
    }
  }
  if (!splits.train) throw new PromptTuningError("data", "The data set has no rows for training.", { advice: "Name a file of the split train, or split the data set." });
  return { splits, notices };
}
