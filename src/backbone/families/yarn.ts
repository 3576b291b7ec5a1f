import { mostScaling, type RotaryOptions } from "./rotary-table.js";

/** YaRN: Peng et al. 2023, as `_compute_yarn_parameters` of transformers' modeling_rope_utils computes it. */
export interface YarnScaling {
  /** How many times longer the context has become: 1 to `mostScaling`. */
  readonly factor: number;
  /** Context in training before it was extended. */
  readonly originalContext: number;
  /** Frequencies that turn more often than this within the original context stay as they are. */
  readonly fastTurns?: number;
  /** Those that turn less often are divided by the factor; those between in part. */
  readonly slowTurns?: number;
  /** Whether the borders between them are rounded to whole pairs. */
  readonly truncate?: boolean;
}

/**
 * What each rotary frequency is divided by [rotated / 2].
 * @throws RangeError with a sentence for a person, where the settings make no sense.
 */
export function yarnDivisors({ theta, rotated }: Pick<RotaryOptions, "theta" | "rotated">, scaling: YarnScaling): number[] {
  const { factor, originalContext, fastTurns = 32, slowTurns = 1, truncate = true } = scaling;
  if (!(factor >= 1 && factor <= mostScaling)) throw new RangeError(`The factor of its YaRN scaling is ${factor}; 1 to ${mostScaling} are possible.`);
  if (!(originalContext > 0)) throw new RangeError("Its YaRN scaling lacks the original context.");
  if (!(theta > 1)) throw new RangeError(`YaRN needs a base of the rotary embedding above 1; it is ${theta}.`);
  if (!(slowTurns > 0 && fastTurns > slowTurns)) throw new RangeError(`Its YaRN scaling has the borders beta_fast ${fastTurns} and beta_slow ${slowTurns}; beta_fast must be the larger one, and both above 0.`);
  // The pair that turns so often within the original context.
  const pairOf = (turns: number): number => (rotated * Math.log(originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(truncate ? Math.floor(pairOf(fastTurns)) : pairOf(fastTurns), 0);
  const high = Math.min(truncate ? Math.ceil(pairOf(slowTurns)) : pairOf(slowTurns), rotated - 1);
  // transformers and llama.cpp disagree about what that would mean.
  if (!(high >= low)) throw new RangeError(`An original context of ${originalContext} is too short for YaRN with a base of ${theta}.`);
  const width = high === low ? 0.001 : high - low;
  return Array.from({ length: rotated / 2 }, (_, pair) => {
    const interpolated = Math.min(Math.max((pair - low) / width, 0), 1);
    return 1 / (interpolated / factor + (1 - interpolated));
  });
}

/** What cosine and sine are multiplied with (DeepSeek's two scales cancel each other in part). */
export function yarnAmplitude(factor: number, scale?: number, scaleAll?: number): number {
  const one = (by: number): number => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  return scale && scaleAll ? one(scale) / one(scaleAll) : one(1);
}
