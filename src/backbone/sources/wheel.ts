import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import type { PackageSource } from "./catalogue.js";
import { DownloadError, stoppedError } from "./download-error.js";
import { download } from "./download.js";
import { checkFile } from "./file-integrity.js";
import { pipComplaint, runProgram, type PipCommand, type RunProgram } from "./python.js";
import type { FetchOptions } from "./source.js";

export interface WheelFolders {
  /** Outlives an interrupted download. */
  readonly keep: string;
  /** Is removed by the caller. */
  readonly work: string;
}

/**
 * Gets a package's wheel through the client's own index and settings. pip is asked where the wheel lies
 * (`pip install --dry-run --report`, pip ≥ 22.2), and the file is fetched by our own downloader, which can go on after
 * an interruption. Where that address cannot be reached by us (a proxy, a certificate, an index with a password) or
 * where pip is older, pip itself downloads it.
 *
 * @returns path of the wheel.
 * @throws DownloadError, PromptTuningError network.
 */
export async function fetchWheel(
  source: PackageSource,
  pip: PipCommand,
  folders: WheelFolders,
  options: FetchOptions & { run?: RunProgram; fetch?: typeof fetch },
): Promise<string> {
  const run = options.run ?? runProgram;
  const label = `${source.package} ${source.version}`;
  options.onProgress?.({ phase: "looking-up", file: label, done: 0 });
  const place = await locate(source, pip, folders.work, run, options.signal);
  if (place?.url.startsWith("file:")) {
    const wheel = fileURLToPath(place.url);
    await checkFile(label, wheel, { sha256: place.sha256 }, { signal: options.signal });
    return wheel;
  }
  if (place) {
    const wheel = path.join(folders.keep, path.basename(new URL(place.url).pathname));
    try {
      await download({ ...options, url: place.url, target: wheel, label, expected: { sha256: place.sha256 } });
      return wheel;
    } catch (error) {
      const elsewhere = error instanceof DownloadError && ["unreachable", "certificate", "unauthorized", "not-found", "server"].includes(error.problem);
      if (!elsewhere) throw error;
      options.onNotice?.(`${error.message} ${error.reason ?? ""} Now pip downloads it.`);
    }
  }
  return downloadWithPip(source, pip, folders.work, label, run, options);
}

const reportSchema = z.object({
  install: z
    .array(z.object({ download_info: z.object({ url: z.string(), archive_info: z.object({ hash: z.string().optional(), hashes: z.record(z.string(), z.string()).optional() }).optional() }) }))
    .length(1),
});

const quiet = ["--disable-pip-version-check", "--no-input", "--no-deps", "--ignore-requires-python", "--only-binary", ":all:"];

/** Address and hash of the wheel; nothing when this pip cannot tell. */
async function locate(
  source: PackageSource,
  pip: PipCommand,
  work: string,
  run: RunProgram,
  signal?: AbortSignal,
): Promise<{ url: string; sha256: string } | undefined> {
  const report = path.join(work, "report.json");
  const argumentList = ["install", "--dry-run", "--ignore-installed", "--quiet", ...quiet, "--report", report, requirement(source)];
  await runPip(pip, argumentList, source, run, signal);
  try {
    const { url, archive_info } = reportSchema.parse(JSON.parse(await readFile(report, "utf8"))).install[0].download_info;
    const sha256 = archive_info?.hashes?.sha256 ?? /^sha256=([0-9a-f]{64})$/.exec(archive_info?.hash ?? "")?.[1];
    return sha256 && /^(https?|file):/.test(url) ? { url, sha256 } : undefined;
  } catch {
    // An old pip knows no report, or cannot install here at all; whatever it is, pip download will say it.
    return undefined;
  }
}

async function downloadWithPip(
  source: PackageSource,
  pip: PipCommand,
  work: string,
  label: string,
  run: RunProgram,
  options: FetchOptions,
): Promise<string> {
  const target = await mkdtemp(path.join(work, "wheel-"));
  const temporary = await mkdtemp(path.join(work, "pip-"));
  // pip keeps what has arrived in its temporary folder: pointed into ours, its growth is the progress.
  const environment = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const finished = new AbortController();
  const watching = watchGrowth([temporary, target], source.wheelSize, finished.signal, (done) =>
    options.onProgress?.({ phase: "downloading", file: label, done, total: source.wheelSize }),
  );
  try {
    const result = await runPip(pip, ["download", "--quiet", ...quiet, "--dest", target, requirement(source)], source, run, options.signal, environment);
    if (result.code !== 0) {
      throw new PromptTuningError("network", `pip could not download ${label}.`, {
        reason: pipComplaint(result),
        advice: "Check the network and pip's settings (pip config list), then start again.",
      });
    }
  } finally {
    finished.abort();
    await watching;
    await rm(temporary, { recursive: true, force: true });
  }
  const wheel = (await readdir(target)).find((name) => name.endsWith(".whl"));
  if (!wheel) throw new PromptTuningError("network", `pip downloaded no wheel for ${label}.`, { advice: "Try again with a newer pip." });
  return path.join(target, wheel);
}

async function runPip(
  pip: PipCommand,
  argumentList: readonly string[],
  source: PackageSource,
  run: RunProgram,
  signal?: AbortSignal,
  environment?: NodeJS.ProcessEnv,
): ReturnType<RunProgram> {
  try {
    return await run(pip.program, [...pip.first, ...argumentList], { signal, environment });
  } catch (error) {
    if (signal?.aborted) throw stoppedError(source.package);
    throw new PromptTuningError("network", `pip could not be started to fetch ${source.package}.`, {
      reason: error instanceof Error ? `${error.message}.` : undefined,
      advice: "Check that Python and pip work here.",
      cause: error,
    });
  }
}

function requirement(source: PackageSource): string {
  return `${source.package}==${source.version}`;
}

/** Reports the bytes below some folders four times a second until the signal. */
async function watchGrowth(folders: readonly string[], most: number, signal: AbortSignal, report: (bytes: number) => void): Promise<void> {
  let shown = 0;
  while (!signal.aborted) {
    const sizes = await Promise.all(folders.map(bytesBelow));
    shown = Math.max(shown, Math.min(most, Math.max(...sizes)));
    report(shown);
    await delay(250, undefined, { signal }).catch(() => undefined);
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map((entry) =>
      stat(path.join(folder, entry)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
