import { createHash } from "node:crypto";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { findReading, type ReadingChoices } from "../reading/find-reading.js";
import type { Reading } from "../reading/reading.js";
import { KeptIndexes } from "../rows/kept-index.js";
import { openRows } from "../rows/open-rows.js";
import { RowIndexBuilder, rowIndexKey } from "../rows/row-index.js";
import { rowFileSize } from "../rows/row-file-size.js";
import { SplitCounter } from "./count-labels.js";
import type { ChosenFile } from "./find-files.js";
import { guessRoles } from "./guess-roles.js";
import { type ColumnRole, columnOf, type DatasetDescription, type DescribedColumn, type DescribedFile } from "./schema.js";

export interface DescribeOptions extends ReadingChoices {
  readonly name: string;
  /** Folder where the description will stand. */
  readonly folder: string;
  /** Roles a person gave: role → column; the others are guessed. */
  readonly roles?: Readonly<Partial<Record<ColumnRole, string>>>;
  /** The cache folder: what is learned of the rows' places is kept there. */
  readonly cache: string;
  readonly signal?: AbortSignal;
  /** Bytes read so far, of all files. */
  readonly progress?: (done: number, total: number) => void;
}

export interface Described {
  readonly description: DatasetDescription;
  /** What a person should know about how the files are read. */
  readonly notices: readonly string[];
}

type FileFacts = Omit<DescribedFile, "path" | "split">;

/**
 * Describes a data set of files: reads each once from its beginning to its end, for its hash, its rows, its labels and
 * the places of its rows.
 * @throws PromptTuningError data: a file cannot be read, a column is not there. stopped.
 */
export async function describeFiles(files: readonly ChosenFile[], options: DescribeOptions): Promise<Described> {
  const notices: string[] = [];
  const sizes = await Promise.all(files.map(({ path: file }) => rowFileSize(file)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const counter = new SplitCounter();
  const described: DescribedFile[] = [];
  let columns: DescribedColumn[] | undefined;
  let before = 0;
  for (const [at, file] of files.entries()) {
    const { reading, notices: aboutReading } = await findReading(file.path, options);
    notices.push(...aboutReading);
    const facts = await readThrough(file.path, reading, options, (done, of) => options.progress?.(before + (of === 0 ? 0 : (done / of) * sizes[at]), total), {
      onFirstRows: (names, rows) => {
        columns ??= withRoles(file.path, guessRoles(names, rows), options.roles ?? {});
        return columnOf({ columns }, "label");
      },
      onLabel: (label) => counter.add(file.split ?? "train", label),
    });
    if (facts.rows === 0) throw new PromptTuningError("data", `${file.path} has no rows.`, { file: file.path, advice: "Put rows into it, or name another file." });
    described.push({ path: path.relative(options.folder, file.path).split(path.sep).join("/"), ...(file.split ? { split: file.split } : {}), ...facts });
    before += sizes[at];
  }
  if (!columns) throw new PromptTuningError("usage", "No data file is named.");
  return { description: { name: options.name, source: { type: "files", files: described }, columns, counts: counter.finish() }, notices };
}

interface Listeners {
  /** @returns the column of labels. */
  readonly onFirstRows: (columns: readonly string[], rows: Parameters<typeof guessRoles>[1]) => string | undefined;
  readonly onLabel: (label: string | null | undefined) => void;
}

async function readThrough(file: string, reading: Reading, { cache, signal }: DescribeOptions, progress: (done: number, total: number) => void, { onFirstRows, onLabel }: Listeners): Promise<FileFacts> {
  const hash = createHash("sha256");
  const index = new RowIndexBuilder();
  const key = await rowIndexKey({ path: file, reading });
  let size = 0;
  let labelColumn: string | undefined;
  const onBytes = (bytes: Uint8Array): void => {
    hash.update(bytes);
    size += bytes.length;
  };
  let rows = 0;
  for await (const batch of openRows({ path: file, reading }, { signal, progress, onBytes })) {
    if (rows === 0) labelColumn = onFirstRows(batch.columns, batch.rows);
    const place = labelColumn === undefined ? -1 : batch.columns.indexOf(labelColumn);
    for (const row of batch.rows) onLabel(labelColumn === undefined ? undefined : (row[place] ?? null));
    index.add(batch);
    rows = batch.next.row;
  }
  // A file that was changed while it was read gets another key: nothing wrong is kept under it.
  await new KeptIndexes(cache).write(key, index.finish());
  return { reading, size: reading.format === "texts" ? await rowFileSize(file) : size, sha256: hash.digest("hex"), rows };
}

function withRoles(file: string, guessed: readonly DescribedColumn[], given: Readonly<Partial<Record<ColumnRole, string>>>): DescribedColumn[] {
  const roles = Object.entries(given) as [ColumnRole, string][];
  for (const [role, column] of roles) {
    if (guessed.some(({ name }) => name === column)) continue;
    throw new PromptTuningError("data", `${file} has no column "${column}" for ${role}.`, { file, reason: `Its columns are ${guessed.slice(0, 20).map(({ name }) => `"${name}"`).join(", ")}.`, advice: "Name one of them." });
  }
  return guessed.map(({ name, role: guess }) => {
    const role = roles.find(([, column]) => column === name)?.[0] ?? (guess && guess in given ? undefined : guess);
    return { name, ...(role ? { role } : {}) };
  });
}
