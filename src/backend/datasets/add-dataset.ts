import path from "node:path";
import { type Described, describeFiles, type DescribeOptions } from "../../data/description/describe-files.js";
import { findFiles } from "../../data/description/find-files.js";
import { guessRoles } from "../../data/description/guess-roles.js";
import type { DatasetDescription } from "../../data/description/schema.js";
import { writeDescription } from "../../data/description/write-description.js";
import { findReading } from "../../data/reading/find-reading.js";
import { describeReading } from "../../data/reading/reading.js";
import { openRows } from "../../data/rows/open-rows.js";
import type { RowBatch } from "../../data/rows/row-batch.js";
import { describeHubDataset } from "../../data/sources/hub-dataset.js";
import { describeSampleDataset } from "../../data/sources/sample-dataset.js";
import type { LookedAt, Roles, SourceToAdd } from "../../protocol/backend/dataset-shaping.js";
import type { DataOptions } from "./data-options.js";
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
  readonly source: SourceToAdd;
  /** Null: as they are guessed. */
  readonly roles: Roles | null;
  /** The description's path. */
  readonly target: string;
  readonly overwrite: boolean;
}

/** Describes data and writes the description; roles that are given are exactly the roles. @throws PromptTuningError data, storage, network, stopped; usage: there is a description already. */
export async function addDataset({ name, source, roles, target, overwrite }: AddedDataset, options: DataOptions): Promise<{ rows: number; notices: string[] }> {
  const given = Object.fromEntries((roles ?? []).map(({ column, role }) => [role, column]));
  const { description, notices } = await describe(source, { ...options, name, folder: path.dirname(target), roles: given }, options);
  const exact = roles ? withExactRoles(description, roles) : description;
  writeDescription(target, exact, { overwrite });
  return { rows: exact.counts.reduce((sum, { rows }) => sum + rows, 0), notices: [...notices] };
}

function describe(source: SourceToAdd, describing: DescribeOptions, { cache, signal, onFetch }: DataOptions): Promise<Described> {
  switch (source.type) {
    case "files":
      return describeFiles(source.files.map(({ path: file, split }) => ({ path: file, ...(split ? { split } : {}) })), describing);
    case "hub":
      return describeHubDataset(source, { cache, signal, onProgress: onFetch }, describing);
    case "sample":
      return describeSampleDataset(source.sample, describing);
  }
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
