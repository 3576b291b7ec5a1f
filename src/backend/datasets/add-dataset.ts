import path from "node:path";
import { describeFiles } from "../../data/description/describe-files.js";
import { findFiles } from "../../data/description/find-files.js";
import { guessRoles } from "../../data/description/guess-roles.js";
import type { DatasetDescription } from "../../data/description/schema.js";
import { writeDescription } from "../../data/description/write-description.js";
import { findReading } from "../../data/reading/find-reading.js";
import { describeReading } from "../../data/reading/reading.js";
import { openRows } from "../../data/rows/open-rows.js";
import type { RowBatch } from "../../data/rows/row-batch.js";
import type { LookedAt, Roles } from "../../protocol/backend/dataset-shaping.js";
import type { DataOptions } from "./open-datasets.js";
import { shownCell } from "./shown-rows.js";

const shownRows = 5;

/** What files would be as a data set: how they are read, their columns with a guess at what they are for, and the first rows. */
export async function lookAtFiles(names: readonly string[], { signal }: Pick<DataOptions, "signal">): Promise<LookedAt> {
  const files = await findFiles(names, process.cwd());
  const readings = await Promise.all(files.map(({ path: file }) => findReading(file)));
  let first: RowBatch | undefined;
  for await (const batch of openRows({ path: files[0].path, reading: readings[0].reading }, { signal })) {
    first = batch;
    break;
  }
  const columns = first ? guessRoles(first.columns, first.rows) : [];
  return {
    files: files.map(({ path: file, split }, at) => ({ path: file, split: split ?? null, reading: describeReading(readings[at].reading) })),
    columns: columns.map(({ name, role }) => ({ name, role: role ?? null })),
    rows: (first?.rows.slice(0, shownRows) ?? []).map((cells) => columns.map((_, at) => shownCell(cells[at] ?? null))),
    notices: readings.flatMap(({ notices }) => notices),
  };
}

export interface AddedDataset {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly split: "train" | "validation" | "test" | null }[];
  readonly roles: Roles;
  /** The description's path. */
  readonly target: string;
  readonly overwrite: boolean;
}

/** Describes files and writes the description; the roles are exactly those that are given. @throws PromptTuningError data, storage, stopped; usage: there is a description already. */
export async function addDataset({ name, files, roles, target, overwrite }: AddedDataset, options: DataOptions): Promise<{ rows: number; notices: string[] }> {
  const given = Object.fromEntries(roles.map(({ column, role }) => [role, column]));
  const chosen = files.map(({ path: file, split }) => ({ path: file, ...(split ? { split } : {}) }));
  const { description, notices } = await describeFiles(chosen, { ...options, name, folder: path.dirname(target), roles: given });
  const exact = withExactRoles(description, roles);
  writeDescription(target, exact, { overwrite });
  return { rows: exact.counts.reduce((sum, { rows }) => sum + rows, 0), notices: [...notices] };
}

/** Without the roles that were only guessed; labels of a column that is none are not counted. */
function withExactRoles(description: DatasetDescription, roles: Roles): DatasetDescription {
  const hasLabel = roles.some(({ role }) => role === "label");
  return {
    ...description,
    columns: description.columns.map(({ name }) => {
      const role = roles.find(({ column }) => column === name)?.role;
      return { name, ...(role ? { role } : {}) };
    }),
    counts: description.counts.map(({ labels, ...count }) => (hasLabel && labels ? { ...count, labels } : count)),
  };
}
