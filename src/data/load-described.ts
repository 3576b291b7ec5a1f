import { PromptTuningError } from "../common/errors.js";
import { type PartOptions, readyParts } from "./description/dataset-parts.js";
import type { LoadedDescription } from "./description/load-description.js";
import { columnRoles, columnOf } from "./description/schema.js";
import { divideRows } from "./description/split-parts.js";
import { sourceChanges } from "./description/source-changes.js";
import { type DatasetNeeds, splitNames } from "./dataset.js";
import { type LoadedFiles, loadFiles, type SplitFile } from "./load-files.js";

/** Slot of the template → column, as the roles of a description say it. */
export function roleColumns(description: LoadedDescription["description"]): Record<string, string> {
  return Object.fromEntries(
    columnRoles.flatMap((role) => {
      const column = columnOf(description, role);
      return column === undefined ? [] : [[role, column]];
    }),
  );
}

/**
 * The rows of a data set that a description names, as examples.
 * @param columns slots that the roles do not say, or say otherwise.
 * @throws PromptTuningError data: a file has changed since it was added, or cannot be read.
 */
export async function loadDescribed(dataset: LoadedDescription, columns: Readonly<Record<string, string>>, needs: DatasetNeeds, options: PartOptions = {}): Promise<LoadedFiles> {
  const [change] = await sourceChanges(dataset, options);
  if (change) throw new PromptTuningError("data", change.text, { file: change.file, setting: ["dataset", "description"] });
  return loadFiles(await splitFiles(dataset, options), { ...roleColumns(dataset.description), ...columns }, needs, options.signal);
}

async function splitFiles(dataset: LoadedDescription, options: PartOptions): Promise<SplitFile[]> {
  const rule = dataset.description.splits;
  const divided = rule && (await divideRows(dataset, rule, options));
  let before = 0;
  return (await readyParts(dataset, options)).map(({ path, reading, split, rows }) => {
    if (split !== undefined) return { path, reading, splitOf: () => split };
    const first = before;
    before += rows;
    return { path, reading, splitOf: (row: number) => splitNames[divided!.splitOf[first + row]] };
  });
}
