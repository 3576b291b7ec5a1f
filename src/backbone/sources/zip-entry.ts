import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { PromptTuningError } from "../../common/errors.js";
import { printable } from "../../engine/onnx/printable.js";
import { DownloadError, stoppedError, storageError, systemCode } from "./download-error.js";
import type { FetchOptions } from "./source.js";

export interface ZipEntryRequest extends FetchOptions {
  readonly archive: string;
  /** Path of the entry inside the archive. */
  readonly entry: string;
  /** Absolute path to write it to. Names inside the archive never decide where a file lands. */
  readonly target: string;
  readonly label: string;
  readonly expected: { readonly size: number; readonly sha256: string };
}

/**
 * Unpacks one entry of a zip archive as a stream; it appears under its final name only when its size and SHA-256 are
 * as promised. An archive with an entry that would leave its folder (absolute, "..", backslash) is refused whole.
 * @throws DownloadError, PromptTuningError integrity.
 */
export async function extractZipEntry(request: ZipEntryRequest): Promise<void> {
  const unfinished = `${request.target}.unpacking-${process.pid}-${Date.now().toString(36)}`;
  const zip = await openArchive(request);
  try {
    const entry = await findEntry(zip, request);
    if (entry.uncompressedSize !== request.expected.size) throw differs(request, "wrong-size", `It has ${entry.uncompressedSize} bytes; ${request.expected.size} were expected.`);
    const source = await zip.openReadStreamPromise(entry);
    const hash = createHash("sha256");
    let done = 0;
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        hash.update(chunk);
        done += chunk.length;
        request.onProgress?.({ phase: "unpacking", file: request.label, done, total: request.expected.size });
        next(null, chunk);
      },
    });
    await pipeline(source, counter, createWriteStream(unfinished), { signal: request.signal });
    const found = hash.digest("hex");
    if (found !== request.expected.sha256) throw differs(request, "wrong-hash", `Its SHA-256 is ${found}; ${request.expected.sha256} was expected.`);
    await rename(unfinished, request.target);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof PromptTuningError) throw error;
    if (request.signal?.aborted) throw stoppedError(request.label);
    // zlib's and yauzl's complaints are about the archive; a code of the system is about the disk.
    if (/^E[A-Z]+$/.test(systemCode(error) ?? "")) throw storageError(request.label, request.target, error);
    throw broken(request, error);
  } finally {
    zip.close();
  }
}

async function openArchive(request: ZipEntryRequest): Promise<ZipFile> {
  try {
    // yauzl refuses names that are absolute or hold ".."; strict also those with a backslash.
    return await yauzl.openPromise(request.archive, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    throw broken(request, error);
  }
}

async function findEntry(zip: ZipFile, request: ZipEntryRequest): Promise<Entry> {
  let found: Entry | undefined;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === request.entry) found = entry;
  }
  if (found) return found;
  throw new DownloadError("wrong-hash", `${request.label} was not found in its package.`, {
    file: request.archive,
    reason: `The archive holds no ${request.entry}.`,
    advice: "The package has changed: update this program, or use another source.",
  });
}

function differs(request: ZipEntryRequest, problem: "wrong-size" | "wrong-hash", reason: string): DownloadError {
  return new DownloadError(problem, `${request.label} is not what was promised.`, {
    file: request.archive,
    reason,
    advice: "It was not kept. Start again; if it happens again, the package has changed.",
  });
}

function broken(request: ZipEntryRequest, cause: unknown): PromptTuningError {
  return new PromptTuningError("integrity", `The package of ${request.label} cannot be unpacked.`, {
    file: request.archive,
    // The message can hold a name out of the archive.
    reason: cause instanceof Error ? `${printable(cause.message)}.` : undefined,
    advice: "Start again: the package is downloaded anew.",
    cause,
  });
}
