import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { PromptTuningError } from "../../common/errors.js";
import { brokenGguf, HeaderCursor } from "./header-cursor.js";
import { metadataNumber, readMetadata, type GgufMetadata } from "./metadata.js";
import { readTensorTable, type GgufTensorInfo } from "./tensor-table.js";

export interface GgufHeader {
  readonly file: string;
  readonly fileBytes: number;
  /** Format version, 2 or 3. */
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

/** What a model is read from, whether it lies in one file or in several. */
export type GgufContents = Pick<GgufHeader, "file" | "metadata" | "tensors">;

const magic = 0x46554747; // "GGUF", little-endian
const smallestPair = 8 + 1 + 4 + 1; // length, one byte of key, type, one byte of value
const smallestTensor = 8 + 1 + 4 + 8 + 4 + 8; // length, one byte of name, dimensions, one length, type, offset

/**
 * Reads metadata and tensor table of a GGUF file (ggml/docs/gguf.md, versions 2 and 3, little-endian). Only the
 * header is read; weights are read with `readTensor`. Of a split model this is one part: see `readGgufModel`.
 *
 * Why not `@huggingface/gguf`: it fills a buffer with zeros past the end of a short file and parses them (a file
 * of 70 bytes costs 50 MB), cuts a string silently at the edge of its 2 MB window, replaces broken UTF-8, and
 * checks neither offsets nor overlaps. A pre-pass that makes it safe reads everything, and is this reader; the
 * library is the reference that the tests compare it with.
 *
 * Throws a PromptTuningError: kind "model" for a file that breaks the format, "storage" where it cannot be read.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const descriptor = openRegularFile(path);
  try {
    return readHeader(new HeaderCursor(descriptor, fstatSync(descriptor).size, path));
  } catch (error) {
    throw error instanceof PromptTuningError ? error : unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a plain file: a pipe or a device would block or never end. */
function openRegularFile(path: string): number {
  let descriptor: number;
  try {
    if (!statSync(path).isFile()) throw new Error("It is not a plain file.");
    descriptor = openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  return descriptor;
}

function unreadable(path: string, cause: unknown): PromptTuningError {
  return new PromptTuningError("storage", `The model file ${path} cannot be opened.`, {
    reason: cause instanceof Error ? cause.message : String(cause),
    advice: "Check the path and the permissions.",
    file: path,
    cause,
  });
}

function readHeader(cursor: HeaderCursor): GgufHeader {
  const { file } = cursor;
  if (cursor.size < 24 || cursor.uint32("the first bytes") !== magic) {
    throw brokenGguf(file, 'It does not begin with "GGUF", so it is not a GGUF file.');
  }
  const version = cursor.uint32("the version");
  if (version !== 2 && version !== 3) {
    const bigEndian = version !== 0 && (version & 0xffff) === 0;
    throw brokenGguf(
      file,
      bigEndian ? "It is made for big-endian machines, which are not supported." : `Its format version is ${version}; 2 and 3 are supported.`,
    );
  }
  const tensorCount = cursor.count("the number of tensors", Number.MAX_SAFE_INTEGER, smallestTensor);
  const pairs = cursor.count("the number of metadata keys", Number.MAX_SAFE_INTEGER, smallestPair);
  const metadata = readMetadata(cursor, pairs);
  const tensors = readTensorTable(cursor, tensorCount, alignmentOf(file, metadata));
  return { file, fileBytes: cursor.size, version, metadata, tensors };
}

function alignmentOf(file: string, metadata: GgufMetadata): number {
  const alignment = metadataNumber(metadata, "general.alignment", file) ?? 32;
  if (!Number.isInteger(alignment) || alignment < 1 || alignment > 1024 * 1024 || (alignment & (alignment - 1)) !== 0) {
    throw brokenGguf(file, `Its alignment is ${alignment}; it must be a power of two up to 1,048,576.`);
  }
  return alignment;
}
