import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** What a checkpoint keeps of a generator: the four 32-bit words of xoroshiro128+. */
export type RandomState = readonly number[];

/**
 * The one source of randomness of a run (xoroshiro128+ of pure-rand). Everything random in a run derives
 * from its seed through `derive`, so that adding a consumer does not shift the others.
 */
export class RandomSource {
  private constructor(private readonly generator: ReturnType<typeof xoroshiro128plus>) {}

  static fromSeed(seed: number): RandomSource {
    return new RandomSource(xoroshiro128plus(seed | 0));
  }

  static fromState(state: RandomState): RandomSource {
    return new RandomSource(xoroshiro128plusFromState(state));
  }

  state(): RandomState {
    return [...this.generator.getState()];
  }

  /** An independent stream for a named purpose, the same for the same seed and name. */
  static derive(seed: number, purpose: string): RandomSource {
    // FNV-1a, 32 bit, over the purpose's UTF-16 units.
    let hash = 0x811c9dc5 ^ (seed | 0);
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
    return RandomSource.fromSeed(hash);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.generator);
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return uniformInt(this.generator, 0, bound - 1);
  }

  /** Normal with mean 0 and variance 1 (Box and Muller 1958, the cosine branch only, so that no value is kept between calls). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
