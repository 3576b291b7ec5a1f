import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DownloadError, httpError, networkError, stoppedError, storageError, systemCode } from "./download-error.js";
import { checkFile, type ExpectedFile } from "./file-integrity.js";
import { sizeOf, withFileLock } from "./file-lock.js";
import { readPartialState, statePath, writePartialState } from "./partial-state.js";
import { planResponse } from "./response-plan.js";
import { longestWaitSeconds } from "./retry-after.js";
import type { FetchOptions } from "./source.js";

/** The file-system operations a download writes with. Tests put failing ones in their place. */
export interface DownloadFileSystem {
  readonly open: typeof open;
  readonly rename: typeof rename;
  readonly rm: typeof rm;
}

export interface DownloadRequest extends FetchOptions {
  readonly url: string;
  /** Absolute path of the finished file. While it is on its way it is called `<target>.partial`. */
  readonly target: string;
  /** Name for a person. */
  readonly label: string;
  readonly expected?: ExpectedFile;
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries in a row without a new byte before giving up; 5 unless told. */
  readonly tries?: number;
  /** First pause between tries in milliseconds, doubled each time; 500 unless told. */
  readonly pause?: number;
  /** Silence of the server after which a try is given up, in milliseconds; 60,000 unless told. */
  readonly silence?: number;
  readonly fetch?: typeof fetch;
  readonly fileSystem?: DownloadFileSystem;
}

/**
 * Downloads a file over HTTP so that an interrupted download goes on where it was, in this process or a later one:
 * Range with If-Range on a `.partial` file, retries with growing pauses, size and hash checked, atomic rename at the
 * end. Of several processes that want the same target one downloads; the others wait and use its result.
 * A target that is already there with the promised size is left as it is.
 *
 * @throws DownloadError
 */
export async function download(request: DownloadRequest): Promise<void> {
  try {
    await mkdir(path.dirname(request.target), { recursive: true });
  } catch (error) {
    throw storageError(request.label, path.dirname(request.target), error);
  }
  const partial = `${request.target}.partial`;
  const waiting = async (): Promise<void> =>
    request.onProgress?.({ phase: "waiting", file: request.label, done: await sizeOf(partial), total: request.expected?.size });
  await withFileLock(request.target, { label: request.label, signal: request.signal, onWaiting: waiting }, async (signal) => {
    if (await isComplete(request)) return;
    try {
      await fetchWhole({ ...request, signal }, partial);
    } catch (error) {
      // Without an own word for it, an end by signal is a stop.
      if (error instanceof DownloadError || !signal.aborted) throw error;
      throw stoppedError(request.label);
    }
  });
}

async function isComplete(request: DownloadRequest): Promise<boolean> {
  const found = await stat(request.target).catch(() => undefined);
  return found?.isFile() === true && (request.expected?.size === undefined || found.size === request.expected.size);
}

async function fetchWhole(request: DownloadRequest, partial: string): Promise<void> {
  const { rm: remove, rename: move } = request.fileSystem ?? { rm, rename };
  const resumed = (await sizeOf(partial)) > 0;
  await fetchBytes(request, partial);
  const total = await sizeOf(partial);
  const check = { signal: request.signal, onBytes: (done: number) => request.onProgress?.({ phase: "checking", file: request.label, done, total }) };
  try {
    await checkFile(request.label, partial, request.expected ?? {}, check);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw request.signal?.aborted ? stoppedError(request.label) : storageError(request.label, partial, error);
    await discard(partial, remove);
    if (!resumed) throw error;
    // The bytes kept from an earlier day may have been of another version: once more from the start.
    await fetchBytes(request, partial);
    try {
      await checkFile(request.label, partial, request.expected ?? {}, check);
    } catch (second) {
      await discard(partial, remove);
      throw second;
    }
  }
  try {
    await move(partial, request.target);
    await remove(statePath(partial), { force: true });
  } catch (error) {
    throw storageError(request.label, request.target, error);
  }
}

async function discard(partial: string, remove: typeof rm): Promise<void> {
  await remove(partial, { force: true });
  await remove(statePath(partial), { force: true });
}

/** Repeats single requests until the partial file is complete; counts only tries that brought nothing new. */
async function fetchBytes(request: DownloadRequest, partial: string): Promise<void> {
  const tries = request.tries ?? 5;
  let failed = 0;
  for (;;) {
    const before = await sizeOf(partial);
    try {
      await fetchOnce(request, partial);
      return;
    } catch (error) {
      if (request.signal?.aborted) throw stoppedError(request.label);
      const transient = error instanceof RetryLater || !(error instanceof DownloadError);
      if (!transient) throw error;
      failed = (await sizeOf(partial)) > before ? 1 : failed + 1;
      const cause = error instanceof RetryLater ? error.cause : error;
      const fatal = cause instanceof DownloadError ? cause : networkError(request.label, request.url, cause);
      // A name that is not known or a certificate that is not trusted does not get better within seconds.
      if (failed >= tries || fatal.problem === "certificate" || systemCode(cause) === "ENOTFOUND") throw fatal;
      const pause = Math.max((request.pause ?? 500) * 2 ** (failed - 1), error instanceof RetryLater ? error.wait : 0);
      await delay(Math.min(pause, longestWaitSeconds * 1000), undefined, { signal: request.signal }).catch(() => undefined);
    }
  }
}

/** A try that failed for a reason that may pass. */
class RetryLater extends Error {
  constructor(
    cause: unknown,
    /** Milliseconds the server asked to wait. */
    readonly wait = 0,
  ) {
    super("try again later", { cause });
  }
}

async function fetchOnce(request: DownloadRequest, partial: string): Promise<void> {
  const have = await sizeOf(partial);
  const expected = request.expected ?? {};
  if (expected.size !== undefined && have === expected.size && have > 0) return;
  const state = await readPartialState(partial);
  const canContinue = have > 0 && (expected.size === undefined || have < expected.size) && (state?.etag !== undefined || expected.sha256 !== undefined);
  const headers: Record<string, string> = { ...request.headers, "accept-encoding": "identity" };
  if (canContinue) {
    headers.range = `bytes=${have}-`;
    if (state?.etag) headers["if-range"] = state.etag;
  }
  const silence = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, silence.signal]) : silence.signal;
  let timer = setTimeout(() => silence.abort(), request.silence ?? 60_000);
  const heard = (): void => void (clearTimeout(timer), (timer = setTimeout(() => silence.abort(), request.silence ?? 60_000)));
  try {
    const response = await (request.fetch ?? fetch)(request.url, { headers, signal, redirect: "follow" });
    const plan = planResponse(response, canContinue ? have : 0, expected.size);
    if (plan.kind === "complete") return void (await response.body?.cancel());
    if (plan.kind === "restart") {
      await response.body?.cancel();
      await (request.fileSystem?.rm ?? rm)(partial, { force: true });
      throw new RetryLater(new Error("the server's part does not fit"));
    }
    if (plan.kind === "refused") {
      await response.body?.cancel();
      const refusal = httpError(request.label, request.url, response.status, plan.waitSeconds);
      throw plan.retryable && plan.waitSeconds <= longestWaitSeconds ? new RetryLater(refusal, plan.waitSeconds * 1000) : refusal;
    }
    if (plan.total !== undefined && expected.size !== undefined && plan.total !== expected.size) {
      await response.body?.cancel();
      throw new DownloadError("wrong-size", `${request.label} is not what was promised: its size differs.`, {
        reason: `The server offers ${plan.total} bytes; ${expected.size} were expected.`,
        advice: "The source has changed: update this program, or use another source.",
      });
    }
    try {
      // Bytes of another version go before the new version's tag is noted.
      if (plan.offset === 0) await (request.fileSystem?.rm ?? rm)(partial, { force: true });
      await writePartialState(partial, { etag: plan.etag });
    } catch (error) {
      throw storageError(request.label, statePath(partial), error);
    }
    const done = await writeBody(request, partial, response, plan.offset, plan.total, heard);
    if (plan.total !== undefined && done < plan.total) throw new RetryLater(new Error("the connection ended early"));
    if (plan.total !== undefined && done > plan.total) {
      await (request.fileSystem?.rm ?? rm)(partial, { force: true });
      throw new RetryLater(new Error("the server sent more than it said"));
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Writes the answer's bytes from `offset` on; returns the size of the file then. */
async function writeBody(
  request: DownloadRequest,
  partial: string,
  response: Response,
  offset: number,
  total: number | undefined,
  heard: () => void,
): Promise<number> {
  const stored = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw storageError(request.label, partial, error);
    });
  const file = await stored((request.fileSystem?.open ?? open)(partial, offset > 0 ? "r+" : "w"));
  let position = offset;
  try {
    request.onProgress?.({ phase: "downloading", file: request.label, done: position, total });
    for await (const chunk of response.body ?? []) {
      heard();
      let written = 0;
      while (written < chunk.length) {
        const { bytesWritten } = await stored(file.write(chunk, written, chunk.length - written, position));
        written += bytesWritten;
        position += bytesWritten;
      }
      // Without end a server could fill the disk.
      if (total !== undefined && position > total) break;
      request.onProgress?.({ phase: "downloading", file: request.label, done: position, total });
    }
    await stored(file.sync());
  } finally {
    await file.close().catch(() => undefined);
  }
  return position;
}
