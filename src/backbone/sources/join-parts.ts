import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PromptTuningError } from "../../common/errors.js";
import { DownloadError, stoppedError, storageError } from "./download-error.js";
import type { FetchOptions } from "./source.js";

export interface JoinRequest extends FetchOptions {
  /** Absolute paths, in order. They are removed once the whole is there, or is not what was promised. */
  readonly parts: readonly string[];
  readonly target: string;
  readonly label: string;
  readonly expected: { readonly size: number; readonly sha256: string };
}

/**
 * Joins the parts of a file; it appears under its final name only when its size and SHA-256 are as promised.
 * @throws DownloadError.
 */
export async function joinParts({ parts, target, label, expected, signal, onProgress }: JoinRequest): Promise<void> {
  const unfinished = `${target}.joining-${process.pid}-${Date.now().toString(36)}`;
  const hash = createHash("sha256");
  let done = 0;
  async function* contents(): AsyncGenerator<Buffer> {
    for (const part of parts) {
      for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer);
        done += (chunk as Buffer).length;
        onProgress?.({ phase: "unpacking", file: label, done, total: expected.size });
        yield chunk as Buffer;
      }
    }
  }
  try {
    await pipeline(contents, createWriteStream(unfinished), { signal });
    const found = hash.digest("hex");
    if (done !== expected.size || found !== expected.sha256) {
      for (const part of parts) await rm(part, { force: true });
      throw new DownloadError("wrong-hash", `${label} is not what was promised.`, {
        reason: `Joined, its parts have ${done} bytes and the SHA-256 ${found}; ${expected.size} and ${expected.sha256} were expected.`,
        advice: "It was not kept. Start again; if it happens again, the packages have changed.",
      });
    }
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof PromptTuningError) throw error;
    if (signal?.aborted) throw stoppedError(label);
    throw storageError(label, target, error);
  }
  for (const part of parts) await rm(part, { force: true });
}
