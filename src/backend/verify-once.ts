import { RandomSource } from "../common/random.js";
import type { Sequence, TensorValues } from "../engine/program.js";
import { requireRightGradient } from "../engine/verify/finite-difference-check.js";
import { GradientNotes } from "./gradient-notes.js";
import type { BackendOptions } from "./options.js";
import type { PreparedRun } from "./prepared-run.js";

/** Random directions tried: one near the gradient, one anywhere. */
const directions = 2;
/** Sequences in the check: two, so that padding takes part. */
const sequencesChecked = 2;

/**
 * When a model is first trained through, its gradient is compared with differences of its loss; a model that fails is
 * refused. What passed is noted in the cache under the model's hash and the versions that computed it.
 * @throws PromptTuningError kind "model" with the figures.
 */
export async function verifyOnce({ backbone, program }: PreparedRun, items: readonly Sequence[], values: TensorValues, options: BackendOptions): Promise<void> {
  const notes = new GradientNotes(options.cache);
  const { hash } = backbone.description;
  if (items.length === 0 || (await notes.read(hash, program.head.kind))) return;
  options.emit?.({ type: "phase", phase: "checking the gradient" });
  const byLength = [...items].sort((a, b) => a.tokens.length - b.tokens.length);
  const sample = Array.from({ length: Math.min(sequencesChecked, items.length) }, (_, i) => byLength[Math.floor((i * byLength.length) / sequencesChecked)]);
  const check = await requireRightGradient(program, sample, values, { directions, random: RandomSource.derive(1, "verify") });
  const figures = check.relativeErrors.map((error) => error.toPrecision(2)).join(" and ");
  options.emit?.({ type: "message", level: "info", code: "gradient-checked", text: `The gradient through ${backbone.description.name} agrees with differences of the loss (relative errors ${figures}).` });
  await notes.write(hash, program.head.kind, check);
}
