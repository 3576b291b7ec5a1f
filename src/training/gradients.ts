import type { TensorValues } from "../engine/program.js";

/** Euclidean norm of all gradients together, in double precision. */
export function globalNorm(gradients: TensorValues): number {
  let sum = 0;
  for (const gradient of Object.values(gradients)) for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i];
  return Math.sqrt(sum);
}

/**
 * Scales gradients in place so that their global norm is at most `maximum`, as torch.nn.utils.clip_grad_norm_:
 * the factor is min(1, maximum / (norm + 1e-6)). Returns the norm before clipping.
 */
export function clipGlobalNorm(gradients: TensorValues, maximum: number): number {
  const norm = globalNorm(gradients);
  const factor = maximum / (norm + 1e-6);
  if (factor < 1)
    for (const gradient of Object.values(gradients)) for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
  return norm;
}

/**
 * Mean of the gradients of several passes. Every pass counts the same, also a smaller last batch of an epoch:
 * the mean over passes, not over sequences. Sums are kept in double precision.
 */
export class GradientAccumulator {
  private passes = 0;
  private readonly sums = new Map<string, Float64Array>();

  add(gradients: TensorValues): void {
    this.passes++;
    for (const [name, gradient] of Object.entries(gradients)) {
      let sum = this.sums.get(name);
      if (!sum) this.sums.set(name, (sum = new Float64Array(gradient.length)));
      for (let i = 0; i < gradient.length; i++) sum[i] += gradient[i];
    }
  }

  /** The mean, in arrays of its own. */
  mean(): Record<string, Float32Array> {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, Float32Array.from(sum, (value) => value / this.passes)]));
  }
}
