import { readFileSync } from "node:fs";
import path from "node:path";
import { CheckpointStore, checkpointName } from "../../src/runs/checkpoint-store.js";
import { readJournal } from "../../src/runs/journal-reader.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { HistoryBuilder } from "../../src/runs/run-history.js";

/** What a finished run leaves that must not depend on interruptions. */
export interface LeftBehind {
  /** Bytes of the adapter's tensors. */
  readonly adapter: Buffer;
  /** Bytes of the last checkpoint: soft prompt, optimiser moments, order of the data, best values. */
  readonly checkpoint: Buffer;
  /** Every step's number, epoch, loss, learning rate and gradient norm, as JSON. */
  readonly steps: readonly string[];
  /** Every evaluation's step, split and measures, as JSON; the test's, where a resumed run made it again, once if equal. */
  readonly evaluations: readonly string[];
  readonly state: string;
}

export async function readLeftBehind(runPath: string): Promise<LeftBehind> {
  const folder = new RunFolder(runPath);
  const builder = new HistoryBuilder();
  await readJournal(folder.journal, ({ event }) => builder.add(event));
  const history = builder.build();
  const last = new CheckpointStore(folder.checkpoints).steps().at(-1);
  if (last === undefined) throw new Error(`The run ${folder.name} left no checkpoint.`);
  return {
    adapter: readFileSync(path.join(folder.adapter, "adapter_model.safetensors")),
    checkpoint: readFileSync(path.join(folder.checkpoints, checkpointName(last))),
    // The speed depends on the clock; everything else does not.
    steps: history.steps.map(({ step, epoch, loss, learningRate, gradientNorm }) => JSON.stringify({ step, epoch, loss, learningRate, gradientNorm })),
    evaluations: [...new Set(history.evaluations.map(({ step, split, measures }) => JSON.stringify({ step, split, measures })))].sort(),
    state: history.state,
  };
}

/** What differs, in words; empty when all bytes are equal. */
export function differences(found: LeftBehind, expected: LeftBehind): string[] {
  const list = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((line, i) => line === b[i]);
  return [
    ...(found.state === expected.state ? [] : [`the state is ${found.state}`]),
    ...(found.adapter.equals(expected.adapter) ? [] : ["the adapter's bytes differ"]),
    ...(found.checkpoint.equals(expected.checkpoint) ? [] : ["the last checkpoint's bytes differ"]),
    ...(list(found.steps, expected.steps) ? [] : ["the steps' losses, rates or norms differ"]),
    ...(list(found.evaluations, expected.evaluations) ? [] : ["the evaluations differ"]),
  ];
}
