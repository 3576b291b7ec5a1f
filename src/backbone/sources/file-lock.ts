import { stat } from "node:fs/promises";
import lockfile from "proper-lockfile";
import { setTimeout as delay } from "node:timers/promises";
import { DownloadError, stoppedError, storageError, systemCode } from "./download-error.js";

/** A lock that is not renewed for so long belonged to a process that is gone. */
const staleAfter = 10_000;

export interface LockOptions {
  readonly label: string;
  readonly signal?: AbortSignal;
  /** Called every half second while another process holds the lock. */
  readonly onWaiting?: () => void | Promise<void>;
}

/**
 * Runs `work` while no other process that asks for the same file does. The lock is a folder beside the file,
 * renewed every few seconds; one left by a killed process is taken over after ten seconds.
 * `work` gets a signal that ends when the caller's does or when the lock was lost (a machine that slept).
 */
export async function withFileLock<T>(file: string, options: LockOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(file, options, () => lost.abort());
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  try {
    return await work(signal);
  } catch (error) {
    if (!lost.signal.aborted || options.signal?.aborted) throw error;
    throw new DownloadError("busy", `The download of ${options.label} was interrupted: another process has taken it over.`, {
      advice: "Start again when the other process has finished.",
      cause: error,
    });
  } finally {
    // A lock that was lost is not ours to remove any more.
    await release().catch(() => undefined);
  }
}

async function acquire(file: string, options: LockOptions, onLost: () => void): Promise<() => Promise<void>> {
  for (;;) {
    if (options.signal?.aborted) throw stoppedError(options.label);
    try {
      return await lockfile.lock(file, { realpath: false, stale: staleAfter, update: staleAfter / 4, onCompromised: onLost });
    } catch (error) {
      if (systemCode(error) !== "ELOCKED") throw storageError(options.label, `${file}.lock`, error);
    }
    await options.onWaiting?.();
    await delay(500, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** Size of a file in bytes; 0 where there is none. */
export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  );
}
