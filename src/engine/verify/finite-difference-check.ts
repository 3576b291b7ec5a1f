import { PromptTuningError } from "../../common/errors.js";
import type { RandomSource } from "../../common/random.js";
import type { Program, Sequence, TensorValues } from "../program.js";
import { measureSlope } from "./measure-slope.js";

export interface GradientCheckOptions {
  /** How many random directions are tried. */
  readonly directions: number;
  readonly random: RandomSource;
  /** Largest accepted relative error of a directional derivative, beside what the measuring leaves open (0.003). */
  readonly tolerance?: number;
}

export interface GradientCheck {
  /** |measured slope − gradient·direction| / the size that gradient·direction has on average, one a direction. */
  readonly relativeErrors: readonly number[];
  /** How far the measured slope may itself be off, on the same scale: curvature, kinks, the loss's rounding. */
  readonly uncertainties: readonly number[];
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Whatever the measuring leaves open, an error above this is refused. */
const largestError = 0.1;
/** A slope this certain is certain enough; another direction is drawn otherwise, so often at most. */
const certain = 0.02;
const draws = 4;

/**
 * Compares a program's gradient g with central differences of its loss, used when a model is first loaded. By turns a
 * direction is the normalised gradient mixed with a random unit vector z, (g/‖g‖ + z)/√2, along which the slope is
 * large (finds wrong lengths and signs exactly), and z alone (finds parts that are missing or misplaced, which the
 * gradient itself does not point to; there g·z is of the size ‖g‖/√n for n values).
 */
export async function verifyGradient(program: Program, sequences: readonly Sequence[], values: TensorValues, options: GradientCheckOptions): Promise<GradientCheck> {
  // A loss of rounded activations is a staircase: its gradient is that of the model without the rounding.
  const exact = program.withExactActivations?.();
  try {
    return await compareWithDifferences(exact ?? program, sequences, values, options);
  } finally {
    await exact?.dispose();
  }
}

async function compareWithDifferences(program: Program, sequences: readonly Sequence[], values: TensorValues, options: GradientCheckOptions): Promise<GradientCheck> {
  const tolerance = options.tolerance ?? 0.003;
  const { gradients } = await program.step(sequences, values);
  const names = program.trainables.map(({ name }) => name);
  const norm = Math.sqrt(names.reduce((sum, name) => sum + gradients[name].reduce((part, value) => part + value * value, 0), 0));
  const scale = rootMeanSquare(names.map((name) => values[name]));
  const count = names.reduce((sum, name) => sum + values[name].length, 0);
  // Along a unit vector every value moves by about step/√count.
  const unit = (scale > 0 ? scale : 1) * Math.sqrt(count);
  const lossAt = async (direction: Readonly<Record<string, Float64Array>>, shift: number): Promise<number> => {
    const moved = Object.fromEntries(Object.entries(values).map(([name, data]) => [name, name in direction ? data.map((value, j) => value + shift * direction[name][j]) : data]));
    return (await program.score(sequences, moved)).loss;
  };
  const atRest = (await program.score(sequences, values)).loss;

  const relativeErrors: number[] = [];
  const uncertainties: number[] = [];
  for (let i = 0; i < options.directions; i++) {
    const mixed = i % 2 === 0;
    const size = norm * (mixed ? Math.SQRT1_2 : 1 / Math.sqrt(count));
    let best = { error: NaN, uncertainty: Infinity };
    // Which direction is believed depends on how certain its slope is, never on how well it agrees.
    for (let draw = 0; draw < draws && !(best.uncertainty <= certain); draw++) {
      const direction = unitDirection(names, gradients, mixed ? norm : 0, options.random);
      const expected = names.reduce((sum, name) => sum + direction[name].reduce((part, value, j) => part + value * gradients[name][j], 0), 0);
      const { slope, uncertainty } = await measureSlope((shift) => lossAt(direction, shift), { atRest, unit, size });
      if (draw === 0 || uncertainty / size < best.uncertainty) best = { error: Math.abs(slope - expected) / size, uncertainty: uncertainty / size };
    }
    relativeErrors.push(best.error);
    uncertainties.push(best.uncertainty);
  }
  // A gradient of zero or not a number gives no number here, and is refused.
  const passed = relativeErrors.every((error, i) => error <= Math.min(tolerance + uncertainties[i], largestError));
  return { relativeErrors, uncertainties, tolerance, passed };
}

/**
 * @throws PromptTuningError kind "model" with the figures when the gradient differs from the differences.
 */
export async function requireRightGradient(program: Program, sequences: readonly Sequence[], values: TensorValues, options: GradientCheckOptions): Promise<GradientCheck> {
  const check = await verifyGradient(program, sequences, values, options);
  if (check.passed) return check;
  throw new PromptTuningError("model", "The gradient computed for this model is wrong, so it cannot be trained.", {
    reason: `Along ${check.relativeErrors.length} random directions it differs from the measured slope of the loss by ${check.relativeErrors.map((error, i) => `${error.toPrecision(3)} ± ${check.uncertainties[i].toPrecision(1)}`).join(", ")} of its size; up to ${check.tolerance} beyond the uncertainty is accepted.`,
    advice: "Use another export or variant of the model, and please report this one with its name.",
  });
}

/** A random unit vector, mixed half and half with the gradient where its norm is given. */
function unitDirection(names: readonly string[], gradients: TensorValues, norm: number, random: RandomSource): Record<string, Float64Array> {
  const noise = Object.fromEntries(names.map((name) => [name, Float64Array.from({ length: gradients[name].length }, () => random.normal())]));
  const length = Math.sqrt(names.reduce((sum, name) => sum + noise[name].reduce((part, value) => part + value * value, 0), 0));
  return Object.fromEntries(
    names.map((name) => [name, noise[name].map((value, j) => (norm > 0 ? (value / length + gradients[name][j] / norm) * Math.SQRT1_2 : value / length))]),
  );
}

function rootMeanSquare(tensors: readonly Float32Array[]): number {
  const count = tensors.reduce((sum, tensor) => sum + tensor.length, 0);
  return Math.sqrt(tensors.reduce((sum, tensor) => sum + tensor.reduce((part, value) => part + value * value, 0), 0) / Math.max(count, 1));
}
