import { RandomSource } from "../common/random.js";
import type { Head, Program, Sequence, TensorValues } from "../engine/program.js";
import { requireRightGradient } from "../engine/verify/finite-difference-check.js";
import { GradientNotes } from "./gradient-notes.js";
import type { BackendOptions } from "./options.js";
import type { PreparedRun } from "./prepared-run.js";

const virtualTokensOf = ({ trainables }: Program): number => trainables.find(({ name }) => name === "prompt")?.shape[0] ?? 0;

/** Random directions tried: one near the gradient, one anywhere. */
const directions = 2;
/** Sequences in the check: two, so that padding takes part. */
const sequencesChecked = 2;

/** Heads of one name read the model in one way. */
function headName(head: Head): string {
  return head.kind === "linear" && head.pooling !== undefined ? `linear-${head.pooling}` : head.kind;
}

/**
 * When a model is first trained through, its gradient is compared with differences of its loss; a model that fails is
 * refused. What passed is noted in the cache under the model's hash and the versions that computed it.
 * @throws PromptTuningError kind "model" with the figures.
 */
export async function verifyOnce({ backbone, program }: PreparedRun, items: readonly Sequence[], values: TensorValues, options: BackendOptions): Promise<void> {
  const notes = new GradientNotes(options.cache);
  const { hash } = backbone.description;
  if (items.length === 0 || (await notes.read(hash, headName(program.head)))) return;
  options.emit?.({ type: "phase", phase: "checking the gradient" });
  const byLength = [...items].sort((a, b) => a.tokens.length - b.tokens.length);
  const sample = Array.from({ length: Math.min(sequencesChecked, items.length) }, (_, i) => byLength[Math.floor((i * byLength.length) / sequencesChecked)]);
  // Differences of the loss belong to the exact gradient: an approximate one only resembles it.
  const exact = program.approximate ? await backbone.createProgram({ virtualTokens: virtualTokensOf(program), head: program.head, keptMemory: 0 }) : program;
  const check = await requireRightGradient(exact, sample, values, { directions, random: RandomSource.derive(1, "verify") }).finally(() => exact !== program && exact.dispose());
  const figures = check.relativeErrors.map((error) => error.toPrecision(2)).join(" and ");
  options.emit?.({ type: "message", level: "info", code: "gradient-checked", text: `The gradient through ${backbone.description.name} agrees with differences of the loss (relative errors ${figures}).` });
  await notes.write(hash, headName(program.head), check);
}
