import path from "node:path";
import { encodeNpy, parseNpy } from "../adapter/npy.js";
import { PromptTuningError } from "../common/errors.js";
import { isTemporaryName, writeFileAtomically } from "./atomic-write.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import type { RunFolder } from "./run-folder.js";
import { storageError } from "./storage-error.js";

/** Most snapshots of one run. */
export const mostSnapshots = 64;
/** Largest snapshot that is read, in bytes: a prompt of 2,000 virtual tokens of width 16,384. */
const mostBytes = 2 ** 27;
const namePattern = /^step-(\d{6,15})\.npy$/;

export const snapshotName = (step: number): string => `step-${String(step).padStart(6, "0")}.npy`;

/** The soft prompt after some steps: float32 [virtual tokens, width], row-major. */
export interface Snapshot {
  readonly step: number;
  readonly virtualTokens: number;
  readonly width: number;
  readonly prompt: Float32Array;
}

/**
 * `<run>/trajectory/`: the soft prompt at step 0 and at every checkpoint, one .npy [virtual tokens, width] a step, so
 * that its way can be looked at afterwards. When there are more than `mostSnapshots`, every second one goes; the first
 * and the last stay. numpy.load opens them.
 */
export class Trajectory {
  readonly folder: string;
  private readonly fileSystem: FileSystem;
  private readonly most: number;

  constructor(run: Pick<RunFolder, "path">, { fileSystem = nodeFileSystem, most = mostSnapshots }: { readonly fileSystem?: FileSystem; readonly most?: number } = {}) {
    this.folder = path.join(run.path, "trajectory");
    this.fileSystem = fileSystem;
    this.most = most;
  }

  /**
   * Keeps a prompt [P, width]. Snapshots of later steps belong to a course of the run that was given up: they go first.
   * @throws PromptTuningError kind "storage"; the earlier snapshots are then still there.
   */
  record(step: number, prompt: Float32Array, width: number): void {
    try {
      this.fileSystem.makeFolder(this.folder);
    } catch (error) {
      throw storageError("make the folder of the prompt's snapshots", this.folder, error);
    }
    this.dropAfter(step);
    const bytes = encodeNpy({ shape: [prompt.length / width, width], values: prompt });
    writeFileAtomically(this.fileSystem, path.join(this.folder, snapshotName(step)), bytes, `keep the prompt of step ${step}`);
    this.thin();
  }

  /** Forgets what came after a step: the run goes on from there. @throws PromptTuningError kind "storage". */
  dropAfter(step: number): void {
    this.remove(this.steps().filter((other) => other > step));
  }

  /** Steps of the snapshots there are, ascending, damaged ones included; none for a run made before there were any. */
  steps(): number[] {
    try {
      if (!this.fileSystem.stat(this.folder)?.folder) return [];
      const found = this.fileSystem.list(this.folder).map((name) => namePattern.exec(name)?.[1]);
      return found.filter((digits) => digits !== undefined).map(Number).sort((a, b) => a - b);
    } catch (error) {
      throw storageError("list the prompt's snapshots", this.folder, error);
    }
  }

  /** @throws PromptTuningError kind "model" where the file is damaged, "storage" where it cannot be read. */
  read(step: number): Snapshot {
    const name = snapshotName(step);
    const file = path.join(this.folder, name);
    const refuse = (reason: string): never => {
      throw new PromptTuningError("model", `The snapshot of step ${step} is damaged.`, { reason, advice: "The other snapshots of the run are not touched by that.", file });
    };
    let bytes: Uint8Array;
    try {
      if ((this.fileSystem.stat(file)?.size ?? 0) > mostBytes) return refuse("It is larger than any soft prompt.");
      bytes = this.fileSystem.read(file);
    } catch (error) {
      if (error instanceof PromptTuningError) throw error;
      throw storageError("read a snapshot of the prompt", file, error);
    }
    const { shape, values } = parseNpy(bytes, name);
    if (shape.length !== 2 || values.length === 0) return refuse(`Its array has the shape [${shape.slice(0, 8).join(", ")}].`);
    if (!values.every(Number.isFinite)) return refuse("It holds values that are not finite numbers.");
    return { step, virtualTokens: shape[0], width: shape[1], prompt: values };
  }

  private thin(): void {
    const steps = this.steps();
    if (steps.length > this.most) this.remove(steps.filter((_, i) => i % 2 === 1 && i < steps.length - 1));
    try {
      for (const name of this.fileSystem.list(this.folder)) if (isTemporaryName(name)) this.fileSystem.unlink(path.join(this.folder, name));
    } catch {
      // What a killed writer left costs only space.
    }
  }

  private remove(steps: readonly number[]): void {
    for (const step of steps) {
      const file = path.join(this.folder, snapshotName(step));
      try {
        this.fileSystem.unlink(file);
      } catch (error) {
        throw storageError("remove a snapshot of the prompt", file, error);
      }
    }
  }
}
