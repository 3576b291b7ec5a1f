import type { RotaryTable } from "../../engine/decoder/configuration.js";

/** No context was ever extended so many times; beyond it a file is damaged. */
export const mostScaling = 1e6;

export interface RotaryOptions {
  /** Base of the frequencies. */
  readonly theta: number;
  /** Values of a head that are rotated: even. */
  readonly rotated: number;
  /** What every frequency is divided by (linear scaling, Chen et al. 2023). */
  readonly factor?: number;
  /** What each frequency is divided by [rotated / 2] (Llama 3, YaRN, LongRoPE: Ding et al. 2024). */
  readonly divisors?: ArrayLike<number>;
  readonly amplitude?: number;
}

/** θ^(−2i / rotated), divided as told. Rounded to float32 before the division, as the reference implementations do. */
export function rotaryTable({ theta, rotated, factor = 1, divisors, amplitude = 1 }: RotaryOptions): RotaryTable {
  const inverseFrequencies = Array.from({ length: rotated / 2 }, (_, i) => Math.fround(1 / Math.pow(theta, (2 * i) / rotated)) / (factor * (divisors?.[i] ?? 1)));
  return { inverseFrequencies, amplitude };
}

export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** Context in training before it was extended. */
  readonly originalContext: number;
}

/**
 * The divisors of Llama 3.1's scaling: long wavelengths are divided by the factor, short ones not, those between in
 * part (`_compute_llama3_parameters` of transformers' modeling_rope_utils).
 */
export function llama3Divisors({ inverseFrequencies }: RotaryTable, { factor, lowFrequencyFactor, highFrequencyFactor, originalContext }: Llama3Scaling): number[] {
  return inverseFrequencies.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > originalContext / lowFrequencyFactor) return factor;
    if (wavelength < originalContext / highFrequencyFactor) return 1;
    const smooth = (originalContext / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** What LongRoPE multiplies cosine and sine with when a context is extended by `factor` (Ding et al. 2024). */
export function longRopeAmplitude(factor: number, originalContext: number): number {
  return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContext));
}
