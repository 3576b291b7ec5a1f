import { open, type FileHandle } from "node:fs/promises";
import { stat } from "node:fs/promises";
import { PromptTuningError } from "../../common/errors.js";
import type { ReadOptions } from "./row-batch.js";

const chunkBytes = 256 * 1024;

/** Opens a data file for reading. @throws PromptTuningError data: there is none, it is no file, it may not be opened. */
export async function openDataFile(file: string): Promise<{ handle: FileHandle; size: number }> {
  try {
    // Asked before it is opened: opening a pipe that nobody writes to would wait for ever.
    if (!(await stat(file)).isFile()) throw new PromptTuningError("data", `${file} is not a file.`, { file, advice: "Name a data file." });
    const handle = await open(file, "r");
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    throw openingError(file, error);
  }
}

export function openingError(file: string, error: unknown): PromptTuningError {
  if (error instanceof PromptTuningError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const missing = code === "ENOENT" || code === "ENOTDIR";
  return new PromptTuningError("data", missing ? `There is no file ${file}.` : `The data file ${file} cannot be opened.`, {
    file,
    reason: missing ? undefined : `Opening it failed (${code ?? "unknown error"}).`,
    advice: missing ? "Check the path." : "Check its permissions.",
    cause: error,
  });
}

/** The bytes of a file from `start` on, piece by piece; what is appended meanwhile is not read. @throws PromptTuningError data, stopped. */
export async function* fileBytes(file: string, start: number, options: ReadOptions): AsyncGenerator<Buffer> {
  const { handle, size } = await openDataFile(file);
  try {
    const end = Math.min(size, start + (options.firstBytes ?? Infinity));
    for (let at = start; at < end; ) {
      stopped(file, options.signal);
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at).catch((error: unknown) => {
        throw openingError(file, error);
      });
      if (bytesRead === 0) break;
      at += bytesRead;
      const bytes = buffer.subarray(0, bytesRead);
      options.onBytes?.(bytes);
      yield bytes;
      options.progress?.(at, size);
    }
    stopped(file, options.signal);
  } finally {
    await handle.close();
  }
}

/** @throws PromptTuningError stopped, once the signal has fired. */
export function stopped(file: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PromptTuningError("stopped", `Reading ${file} was stopped.`);
}
