import { randomBytes } from "node:crypto";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { writeNewFile } from "./atomic-write.js";
import { type Environment, environmentSchema } from "./environment.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { Lease } from "./lease.js";
import { newRunName, RunFolder } from "./run-folder.js";
import { type RunSummary, summarizeRun } from "./run-summary.js";
import { storageError } from "./storage-error.js";

/** Largest experiment.json or environment.json that is read, in bytes. */
const mostJsonBytes = 16 * 1024 * 1024;

/**
 * The runs of a workspace: `<root>/<run>/`, plain files that people may copy, commit and delete. There is no index;
 * what the folders hold is what there is.
 */
export class RunStore {
  constructor(
    /** Usually `.ptune/runs` of the workspace; it is made when the first run is. */
    readonly root: string,
    private readonly options: { readonly fileSystem?: FileSystem; readonly now?: () => Date } = {},
  ) {}

  /**
   * Makes a run's folder; it appears whole or not at all.
   * @param experiment the resolved experiment, kept as experiment.json.
   * @throws PromptTuningError kind "storage".
   */
  create(experiment: { readonly name: string }, environment: Environment): RunFolder {
    const { fileSystem } = this;
    const name = newRunName(experiment.name, (this.options.now ?? (() => new Date()))());
    const assembled = path.join(this.root, `.new-${randomBytes(6).toString("hex")}`);
    const folder = new RunFolder(path.join(this.root, name));
    try {
      fileSystem.makeFolder(assembled);
      const parts = new RunFolder(assembled);
      writeNewFile(fileSystem, parts.experiment, jsonBytes(experiment));
      writeNewFile(fileSystem, parts.environment, jsonBytes(environment));
      writeNewFile(fileSystem, parts.journal, new Uint8Array());
      fileSystem.makeFolder(parts.checkpoints);
      fileSystem.syncFolder(assembled);
      fileSystem.rename(assembled, folder.path);
      fileSystem.syncFolder(this.root);
      return folder;
    } catch (error) {
      try {
        fileSystem.removeFolder(assembled);
      } catch {
        // Hidden, and never taken for a run.
      }
      throw storageError("make the run's folder", folder.path, error);
    }
  }

  /**
   * Finds a run by its folder's path, its folder's name, its id, or a unique beginning of either.
   * @throws PromptTuningError kind "run" when there is none or more than one.
   */
  open(reference: string): RunFolder {
    if (reference.includes("\0")) throw new PromptTuningError("run", "That is not a run's name.", { advice: "Give a run's folder, its name, or its id." });
    if (/[/\\]/.test(reference) || reference === "." || reference === "..") {
      const folder = new RunFolder(path.resolve(reference));
      if (this.isRun(folder)) return folder;
      throw new PromptTuningError("run", `"${reference}" is not a run's folder.`, { reason: "It holds no journal.jsonl and no experiment.json.", advice: 'See "ptune run --help" for where runs are kept.', file: reference });
    }
    const all = this.folders();
    const exact = all.filter((folder) => folder.name === reference || folder.id === reference);
    const found = exact.length > 0 ? exact : all.filter((folder) => reference !== "" && (folder.name.startsWith(reference) || folder.id.startsWith(reference)));
    if (found.length === 1) return found[0];
    // A folder's name relative to where the person stands.
    const here = new RunFolder(path.resolve(reference));
    if (found.length === 0 && reference !== "" && this.isRun(here)) return here;
    const names = (folders: RunFolder[]): string => folders.slice(-5).map(({ name }) => name).join(", ");
    if (found.length > 1) throw new PromptTuningError("run", `"${reference}" is the beginning of ${found.length} runs.`, { reason: `${names(found)}.`, advice: "Give more of the name." });
    throw new PromptTuningError("run", `There is no run "${reference}".`, {
      reason: all.length === 0 ? `No run is kept in ${this.root}.` : `${this.root} holds ${all.length}; the last: ${names(all)}.`,
      advice: "Give a run's folder, its name, or its id.",
    });
  }

  /** All runs, oldest first. A broken folder is among them, with its damage told. */
  async list(): Promise<RunSummary[]> {
    const found: RunSummary[] = [];
    for (const folder of this.folders()) found.push(await summarizeRun(this.fileSystem, folder));
    return found.sort((a, b) => (a.created ?? "").localeCompare(b.created ?? "") || a.folder.name.localeCompare(b.folder.name));
  }

  /**
   * Deletes a run.
   * @throws PromptTuningError kind "busy" when a process holds it, "storage" when it cannot be deleted.
   */
  async remove(reference: string): Promise<void> {
    const folder = this.open(reference);
    const lease = await Lease.acquire(folder.lease, { fileSystem: this.fileSystem });
    try {
      // Renamed first: a deletion that is interrupted leaves no half run behind.
      if (process.platform === "win32") lease.release(); // Windows renames no folder that holds an open file.
      const removed = path.join(path.dirname(folder.path), `.removed-${randomBytes(6).toString("hex")}`);
      this.fileSystem.rename(folder.path, removed);
      this.fileSystem.removeFolder(removed);
    } catch (error) {
      throw storageError("delete the run", folder.path, error);
    } finally {
      lease.release();
    }
  }

  /** The resolved experiment of a run, to be checked by the experiment's schema. @throws PromptTuningError. */
  readExperiment(folder: RunFolder): unknown {
    return this.readJson(folder.experiment);
  }

  /** @throws PromptTuningError kind "run" where it is not a run's environment. */
  readEnvironment(folder: RunFolder): Environment {
    const parsed = environmentSchema.safeParse(this.readJson(folder.environment));
    if (parsed.success) return parsed.data;
    throw unreadable(folder.environment, `At "${parsed.error.issues[0].path.join(".")}": ${parsed.error.issues[0].message}.`);
  }

  private get fileSystem(): FileSystem {
    return this.options.fileSystem ?? nodeFileSystem;
  }

  private isRun(folder: RunFolder): boolean {
    return this.fileSystem.stat(folder.path)?.folder === true && (this.fileSystem.stat(folder.journal) !== undefined || this.fileSystem.stat(folder.experiment) !== undefined);
  }

  /** Every folder in the root that is not hidden, by name. */
  private folders(): RunFolder[] {
    try {
      if (!this.fileSystem.stat(this.root)) return [];
      const names = this.fileSystem.list(this.root).filter((name) => !name.startsWith("."));
      return names.sort().map((name) => new RunFolder(path.join(this.root, name))).filter((folder) => this.fileSystem.stat(folder.path)?.folder);
    } catch (error) {
      throw storageError("list the runs", this.root, error);
    }
  }

  private readJson(file: string): unknown {
    try {
      const size = this.fileSystem.stat(file)?.size ?? 0;
      if (size > mostJsonBytes) throw unreadable(file, `It is ${size} bytes long.`);
      return JSON.parse(Buffer.from(this.fileSystem.read(file)).toString("utf8"));
    } catch (error) {
      if (error instanceof SyntaxError) throw unreadable(file, "It is not valid JSON.");
      throw storageError("read a file of the run", file, error);
    }
  }
}

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

function unreadable(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("run", `"${path.basename(file)}" of the run is damaged.`, { reason, advice: "Restore it from a copy, or start a new run.", file });
}
