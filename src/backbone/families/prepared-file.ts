import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { ExternalData } from "../../engine/graph/initializer.js";

/** Tensors start at multiples of a page, as memory mapping wants it. */
const alignment = 4096;
/** Bytes that one call of the system may write: less than 2³¹. */
const mostAtOnce = 2 ** 30;

/** Where the next tensor begins. */
export const nextPage = (offset: number): number => Math.ceil(offset / alignment) * alignment;

export function isWhole(file: string, bytes: number): boolean {
  return existsSync(file) && statSync(file).size === bytes;
}

/** Puts a tensor's bytes where they belong. */
export type PutTensor = (values: ArrayBufferView, place: ExternalData) => Promise<void>;

/**
 * Writes a file of weights into the cache: it appears whole (renamed) or not at all.
 * @param failure what is told, and what to do, where the disk refuses
 * @throws PromptTuningError kind "storage"; errors of `work` of other kinds pass through.
 */
export async function writePreparedFile(file: string, bytes: number, failure: { readonly message: string; readonly advice: string }, work: (put: PutTensor) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const target = await open(temporary, "wx");
    try {
      await target.truncate(bytes);
      await work((values, place) => writeAt(target, values, place));
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof PromptTuningError) throw cause;
    throw new PromptTuningError("storage", failure.message, { reason: cause instanceof Error ? `${cause.message}.` : String(cause), advice: failure.advice, file, cause });
  }
}

async function writeAt(target: FileHandle, values: ArrayBufferView, { offset, length }: ExternalData): Promise<void> {
  for (let done = 0; done < length; done += mostAtOnce) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset + done, Math.min(mostAtOnce, length - done));
    await target.write(bytes, 0, bytes.length, offset + done);
  }
}
