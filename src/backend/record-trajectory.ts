import { PromptTuningError } from "../common/errors.js";
import type { RunFolder } from "../runs/run-folder.js";
import { Trajectory } from "../runs/trajectory.js";
import type { BackendOptions } from "./options.js";

export interface TrajectoryRecorder {
  record(step: number, prompt: Float32Array): void;
  /** The run goes on from this step: what came after it is forgotten. */
  rewind(step: number): void;
}

/**
 * Keeps the prompt's way through a training. What cannot be kept is told once and costs nothing else: a training is
 * worth more than its pictures.
 */
export function recordTrajectory(folder: RunFolder, width: number, { emit }: Pick<BackendOptions, "emit">, trajectory = new Trajectory(folder)): TrajectoryRecorder {
  let told = false;
  const attempt = (keep: () => void): void => {
    try {
      keep();
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
      if (!told) emit?.({ type: "message", level: "warning", code: "trajectory", text: `The timeline of the prompt will have gaps. ${error.describe()}` });
      told = true;
    }
  };
  return {
    record: (step, prompt) => attempt(() => trajectory.record(step, prompt, width)),
    rewind: (step) => attempt(() => trajectory.dropAfter(step)),
  };
}
