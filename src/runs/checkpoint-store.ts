import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { isTemporaryName, writeFileAtomically } from "./atomic-write.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type TensorShapes } from "./checkpoint-file.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { storageError } from "./storage-error.js";

const namePattern = /^step-(\d{6,15})\.safetensors$/;
const bestName = "best.safetensors";
const mostBytes = 2 ** 32;

export const checkpointName = (step: number): string => `step-${String(step).padStart(6, "0")}.safetensors`;

/** Told about a checkpoint that was skipped because it is damaged. */
export type CheckpointNotice = (error: PromptTuningError) => void;

/** The checkpoints of one run: the newest few, and the best one. */
export class CheckpointStore {
  constructor(
    readonly folder: string,
    private readonly options: { readonly fileSystem?: FileSystem; /** How many of the newest are kept. */ readonly keep?: number } = {},
  ) {}

  /**
   * Writes a checkpoint; when this returns it is durable. Older ones are removed only then; later ones, left by a
   * course of the run that was given up, too.
   * @returns the file's name in the folder.
   * @throws PromptTuningError kind "storage"; the checkpoints before are then still there.
   */
  write(checkpoint: Checkpoint, options: { readonly best?: boolean; readonly shapes?: TensorShapes } = {}): string {
    const { fileSystem } = this;
    const name = checkpointName(checkpoint.step);
    const bytes = encodeCheckpoint(checkpoint, options.shapes);
    try {
      fileSystem.makeFolder(this.folder);
    } catch (error) {
      throw storageError("make the folder of the checkpoints", this.folder, error);
    }
    writeFileAtomically(fileSystem, path.join(this.folder, name), bytes, `save the checkpoint of step ${checkpoint.step}`);
    if (options.best) writeFileAtomically(fileSystem, path.join(this.folder, bestName), bytes, `save the best checkpoint (step ${checkpoint.step})`);
    this.prune(checkpoint.step);
    return name;
  }

  /** The newest whole checkpoint; damaged ones are skipped and told. */
  latest(notice: CheckpointNotice = () => {}): Checkpoint | undefined {
    for (const step of this.steps().reverse()) {
      const found = this.tryRead(checkpointName(step), notice);
      if (found?.step === step) return found;
    }
    return this.best(notice);
  }

  best(notice: CheckpointNotice = () => {}): Checkpoint | undefined {
    return this.tryRead(bestName, notice);
  }

  /** One checkpoint by file name, e.g. for a timeline. @throws PromptTuningError kind "integrity" or "storage". */
  read(name: string): Checkpoint {
    const file = path.join(this.folder, path.basename(name));
    try {
      const size = this.fileSystem.stat(file)?.size ?? 0;
      if (size > mostBytes) throw new PromptTuningError("integrity", `The checkpoint "${name}" is damaged.`, { reason: `It is ${size} bytes long.`, file });
      return decodeCheckpoint(this.fileSystem.read(file), path.basename(name));
    } catch (error) {
      throw storageError("read a checkpoint", file, error);
    }
  }

  /** Steps of the checkpoints there are, ascending, damaged ones included. */
  steps(): number[] {
    try {
      if (!this.fileSystem.stat(this.folder)) return [];
      const found = this.fileSystem.list(this.folder).map((name) => namePattern.exec(name)?.[1]);
      return found.filter((digits) => digits !== undefined).map(Number).sort((a, b) => a - b);
    } catch (error) {
      throw storageError("list the checkpoints", this.folder, error);
    }
  }

  private get fileSystem(): FileSystem {
    return this.options.fileSystem ?? nodeFileSystem;
  }

  private tryRead(name: string, notice: CheckpointNotice): Checkpoint | undefined {
    const file = path.join(this.folder, name);
    if (!this.fileSystem.stat(file)) return undefined;
    try {
      return this.read(name);
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
      notice(error);
      return undefined;
    }
  }

  /** Removes what is no longer needed, and what killed writers left. A failure here costs only space. */
  private prune(step: number): void {
    try {
      const kept = new Set(this.steps().filter((other) => other <= step).slice(-(this.options.keep ?? 2)).map(checkpointName));
      for (const name of this.fileSystem.list(this.folder)) {
        if (isTemporaryName(name) || (namePattern.test(name) && !kept.has(name))) this.fileSystem.unlink(path.join(this.folder, name));
      }
    } catch {
      // Tried again after the next checkpoint.
    }
  }
}
