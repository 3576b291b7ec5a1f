import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { checkpointName, CheckpointStore } from "../runs/checkpoint-store.js";
import { Trajectory } from "../runs/trajectory.js";
import type { InspectedPrompt } from "./inspected-prompt.js";

/** What is left of a prompt's way through its training. */
export interface Snapshots {
  /** "trajectory": kept for this; "checkpoints": of a run before there were trajectories, the few checkpoints that are left. */
  readonly source: "trajectory" | "checkpoints" | "none";
  /** By step, ascending; prompts [P, width] of the prompt's own size. */
  readonly steps: readonly { readonly step: number; readonly prompt: Float32Array }[];
  /** Snapshots that cannot be read. */
  readonly damaged: number;
  /** Place in `steps` of the prompt that was kept as the best, to the last bit; null where none is. */
  readonly learned: number | null;
}

export function readSnapshots({ run, prompt, width }: Pick<InspectedPrompt, "run" | "prompt" | "width">): Snapshots {
  if (!run) return { source: "none", steps: [], damaged: 0, learned: null };
  const trajectory = new Trajectory(run);
  const kept = trajectory.steps();
  const checkpoints = new CheckpointStore(run.checkpoints);
  const read: (() => { step: number; prompt: Float32Array; width: number })[] =
    kept.length > 0 ? kept.map((step) => () => trajectory.read(step)) : checkpoints.steps().map((step) => () => readCheckpoint(checkpoints, step, width));
  const steps: { step: number; prompt: Float32Array }[] = [];
  let damaged = 0;
  for (const each of read) {
    try {
      const snapshot = each();
      if (snapshot.width === width && snapshot.prompt.length === prompt.length) steps.push({ step: snapshot.step, prompt: snapshot.prompt });
      else damaged++;
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
      damaged++;
    }
  }
  const learned = steps.findIndex((snapshot) => snapshot.prompt.every((value, i) => Object.is(value, prompt[i])));
  return { source: steps.length === 0 ? "none" : kept.length > 0 ? "trajectory" : "checkpoints", steps, damaged, learned: learned < 0 ? null : learned };
}

function readCheckpoint(checkpoints: CheckpointStore, step: number, width: number): { step: number; prompt: Float32Array; width: number } {
  const prompt = checkpoints.read(checkpointName(step)).tensors["values/prompt"];
  if (prompt) return { step, prompt, width };
  throw new PromptTuningError("integrity", "The checkpoint holds no prompt.", { file: path.join(checkpoints.folder, String(step)) });
}
