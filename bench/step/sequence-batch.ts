import type { StepSize } from "../../src/backbone/facts/estimate-memory.js";
import { RandomSource } from "../../src/common/random.js";
import type { Sequence } from "../../src/engine/program.js";

/** A batch of random tokens of the full length, the prompt in front, one of two words to be found at the end. */
export function sequenceBatch({ batchSize, textTokens, virtualTokens }: StepSize, seed: number): Sequence[] {
  const random = RandomSource.fromSeed(seed);
  const slots = Array.from({ length: virtualTokens }, (_, i) => i);
  return Array.from({ length: batchSize }, () => {
    const text = Array.from({ length: textTokens }, () => 100 + random.integer(40_000));
    return {
      tokens: Int32Array.from([...slots.map(() => -1), ...text]),
      virtualTokens: Int32Array.from([...slots, ...text.map(() => -1)]),
      scored: [{ row: virtualTokens + textTokens - 1, target: random.integer(2) }],
    };
  });
}
