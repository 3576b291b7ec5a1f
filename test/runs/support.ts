import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Checkpoint } from "../../src/runs/checkpoint-file.js";
import { describeEnvironment } from "../../src/runs/environment.js";
import type { RunEvent } from "../../src/runs/events.js";
import { type FileSystem, nodeFileSystem } from "../../src/runs/file-system.js";

/** A folder of its own, deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ptune-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const environment = describeEnvironment({
  programVersion: "0.1.0",
  onnxruntimeVersion: "1.30.0",
  threads: 2, gradients: "exact", model: { name: "tiny", sha256: "0".repeat(64) },
  data: { train: "1".repeat(64) },
});

export const stepEvent = (step: number): RunEvent => ({
  type: "step",
  step,
  steps: 100,
  epoch: step / 10,
  loss: step % 7 === 0 ? null : 1 / step,
  learningRate: 0.01,
  gradientNorm: Math.sqrt(step),
  samplesPerSecond: 12.5,
  secondsLeft: null,
});

export const checkpointAt = (step: number): Checkpoint => ({
  step,
  tensors: { prompt: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i + step)), "optimizer/m": Float32Array.of(NaN, -0, Infinity, 1e-45, step) },
  json: { random: [1, -2, step], loss: NaN, zero: -0, text: "ü\n" },
});

export type Operation = keyof FileSystem;
const changing: readonly Operation[] = ["makeFolder", "open", "write", "fsync", "truncate", "close", "rename", "link", "unlink", "syncFolder"];

/** The real file system, except that operation number `failing` (1-based, operations that change something) fails. */
export function failingFileSystem(failing: number, code: string): FileSystem & { operations: number; failed?: Operation } {
  const state = { operations: 0, failed: undefined as Operation | undefined };
  const system = Object.assign(state, nodeFileSystem) as unknown as FileSystem & { operations: number; failed?: Operation };
  for (const name of changing) {
    const original = nodeFileSystem[name] as (...given: unknown[]) => unknown;
    (system as unknown as Record<string, unknown>)[name] = (...given: unknown[]) => {
      if (++system.operations !== failing) return original(...given);
      system.failed = name;
      if (code === "short") {
        // Half of the bytes arrive, and the disk is full for the rest.
        if (name === "write" && (given[1] as Uint8Array).length > 1) nodeFileSystem.write(given[0] as number, (given[1] as Uint8Array).subarray(0, (given[1] as Uint8Array).length >> 1));
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      }
      // A failing close has closed the file all the same (close(2)).
      if (name === "close") original(...given);
      throw Object.assign(new Error(`${code}: ${name} failed`), { code });
    };
  }
  return system;
}
