import { z } from "zod";
import { HashIndex } from "./hash-index.js";

export const distinctCountSchema = z.strictObject({
  count: z.int().min(0),
  /** False: estimated; `error` is the estimate's relative standard error. */
  exact: z.boolean(),
  error: z.number().min(0),
});
export type DistinctCount = z.infer<typeof distinctCountSchema>;

/** 2^14 registers: a standard error of 1.04/√16384 = 0.8 %. */
const registerBits = 14;
const registers = 1 << registerBits;

/**
 * Counts different values by their 64-bit hashes: exactly up to `mostExact`, beyond by HyperLogLog (Flajolet, Fusy,
 * Gandouet and Meunier 2007, figure 3; hashes of 64 bits need no correction for large counts). About 24·mostExact + 16384
 * bytes at most.
 */
export class DistinctCounter {
  private exact: HashIndex | undefined = new HashIndex();
  private readonly ranks = new Uint8Array(registers);

  constructor(private readonly mostExact = 100_000) {}

  add(high: number, low: number): void {
    const register = high >>> (32 - registerBits);
    // The position of the first set bit after the register's bits: first in the rest of the high word, then in the low one.
    const rest = (high << registerBits) >>> 0;
    const rank = rest !== 0 ? Math.clz32(rest) + 1 : 32 - registerBits + Math.clz32(low) + 1;
    if (rank > this.ranks[register]) this.ranks[register] = rank;
    if (!this.exact) return;
    this.exact.numberOf(high, low);
    if (this.exact.size > this.mostExact) this.exact = undefined;
  }

  result(): DistinctCount {
    if (this.exact) return { count: this.exact.size, exact: true, error: 0 };
    let sum = 0;
    let empty = 0;
    for (const rank of this.ranks) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const alpha = 0.7213 / (1 + 1.079 / registers);
    const raw = (alpha * registers * registers) / sum;
    const estimate = raw <= 2.5 * registers && empty > 0 ? registers * Math.log(registers / empty) : raw;
    // What was counted exactly before is a lower bound.
    const count = Math.max(this.mostExact + 1, Math.round(estimate));
    return { count, exact: false, error: 1.04 / Math.sqrt(registers) };
  }
}
