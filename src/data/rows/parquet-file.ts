import type { FileHandle } from "node:fs/promises";
import type { AsyncBuffer, Compressors, FileMetaData, SchemaTree } from "hyparquet";
import { PromptTuningError } from "../../common/errors.js";
import { openDataFile, openingError } from "./file-bytes.js";
import { mostColumns } from "./row-batch.js";

/** Most bytes that are held for one part of a file: a column of a row group, packed or unpacked. */
const largestPart = 512 * 1024 * 1024;

export interface ParquetFile {
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
  /** Values of the rows [start, end), a list a row in the order of the columns. @throws PromptTuningError data. */
  read(start: number, end: number): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** Opens a Parquet file and reads what it says of itself. @throws PromptTuningError data: it is none, or damaged. */
export async function openParquet(file: string): Promise<ParquetFile> {
  const { handle, size } = await openDataFile(file);
  const buffer: AsyncBuffer = {
    byteLength: size,
    slice(start, end = size) {
      const bytes = readBytes(handle, file, start, end, size);
      // Parts are read ahead, and some of a damaged file are never asked for: their failure is no one's.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
  try {
    // Loaded where a file needs it: most programs that read data never do.
    const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
    const metadata = await guarded(file, () => parquetMetadataAsync(buffer, { geoparquet: false }));
    const columns = await guarded(file, () => columnsOf(metadata, parquetSchema(metadata)));
    return { metadata, columns, read: (start, end) => guarded(file, () => readRows(buffer, metadata, columns, start, end)), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readRows(file: AsyncBuffer, metadata: FileMetaData, columns: readonly string[], rowStart: number, rowEnd: number): Promise<unknown[][]> {
  const [{ parquetRead }, { compressors }] = await Promise.all([import("hyparquet"), import("hyparquet-compressors")]);
  let rows: unknown[][] = [];
  await parquetRead({ file, metadata, compressors: bounded(compressors), rowStart, rowEnd, geoparquet: false, utf8: false, useOffsetIndex: true, rowFormat: "array", onComplete: (read) => void (rows = read) });
  if (rows.length !== rowEnd - rowStart) throw new Error(`Of ${rowEnd - rowStart} rows, ${rows.length} are there`);
  if (rows.some((row) => row.length !== columns.length)) throw new Error("A row lacks columns");
  return rows;
}

/** A page that says it is larger than anything real would be allocated before it is unpacked. */
function bounded(compressors: Compressors): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number) => {
        if (!(length >= 0 && length <= largestPart)) throw new Error(`A page of ${length} bytes is too large`);
        return unpack(input, length);
      },
    ]),
  );
}

async function readBytes(handle: FileHandle, file: string, start: number, end: number, size: number): Promise<ArrayBuffer> {
  const length = Math.min(end, size) - start;
  if (!(start >= 0 && length >= 0 && length <= largestPart)) throw new Error(`It points to bytes ${start} to ${end} of ${size}`);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at).catch((error: unknown) => {
      throw openingError(file, error);
    });
    if (bytesRead === 0) throw new Error("It ends too early");
    at += bytesRead;
  }
  return bytes.buffer;
}

function columnsOf(metadata: FileMetaData, schema: SchemaTree): string[] {
  const columns = schema.children.map(({ element }) => element.name);
  if (columns.length === 0) throw new Error("It has no columns");
  if (columns.length > mostColumns) throw new Error(`It has ${columns.length} columns; at most ${mostColumns} are read`);
  if (new Set(columns).size < columns.length) throw new Error("Two of its columns have the same name");
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows) || metadata.row_groups.some((group) => Number(group.num_rows) < 0)) throw new Error("Its row groups do not hold the rows it says it has");
  // What the library starts to read and then finds in no column would fail unheard, and end the process.
  const leaves = JSON.stringify(leafPaths(schema));
  if (metadata.row_groups.some((group) => JSON.stringify(group.columns.map((column) => column.meta_data?.path_in_schema)) !== leaves)) throw new Error("Its row groups do not have the columns of its schema");
  return columns;
}

function leafPaths({ path, children }: SchemaTree): string[][] {
  return children.length === 0 ? [path] : children.flatMap(leafPaths);
}

/** The library reports what is wrong with a file by errors of every kind. */
async function guarded<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    const said = error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 200) : "";
    throw new PromptTuningError("data", `${file} cannot be read as Parquet.`, { file, reason: said ? `${said}.` : undefined, advice: "Write it anew, or fetch it again.", cause: error });
  }
}
