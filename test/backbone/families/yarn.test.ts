import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { yarnDivisors } from "../../../src/backbone/families/yarn.js";
import { readFolderDecoder } from "../../../src/backbone/safetensors/decoder-configuration.js";

interface Stored {
  readonly settings: Record<string, number | boolean>;
  readonly inverseFrequencies: number[];
  readonly amplitude: number;
}

/** By transformers (scripts/reference/yarn.py). */
const stored = JSON.parse(readFileSync(path.join(import.meta.dirname, "reference/yarn.json"), "utf8")) as Stored[];

const configOf = (rope: unknown): string =>
  JSON.stringify({ model_type: "llama", vocab_size: 16, hidden_size: 256, num_hidden_layers: 1, num_attention_heads: 4, intermediate_size: 64, max_position_embeddings: 131_072, rms_norm_eps: 1e-6, rope_parameters: rope });

describe("YaRN", () => {
  it.each(stored)("has transformers' frequencies and amplitude: $settings", ({ settings, inverseFrequencies, amplitude }) => {
    const [table] = readFolderDecoder(configOf({ rope_type: "yarn", ...settings }), "config.json").configuration.rotaryTables;
    expect(table.inverseFrequencies).toHaveLength(inverseFrequencies.length);
    table.inverseFrequencies.forEach((found, pair) => expect(Math.abs(found / inverseFrequencies[pair] - 1)).toBeLessThan(3e-7));
    expect(table.amplitude).toBeCloseTo(amplitude, 12);
  });

  it("takes the ratio of the contexts for a factor that is not told, and the older word for the kind", () => {
    const told = readFolderDecoder(configOf({ rope_type: "yarn", factor: 4, original_max_position_embeddings: 32_768 }), "config.json");
    const untold = readFolderDecoder(configOf({ type: "yarn", original_max_position_embeddings: 32_768 }), "config.json");
    expect(untold.configuration.rotaryTables).toEqual(told.configuration.rotaryTables);
  });

  it.each([
    [{ factor: 0.5 }, /factor.*0\.5/],
    [{ factor: 1e30 }, /up to 1000000/],
    [{ factor: -4 }, /positive factor/],
    [{ original_max_position_embeddings: 1e-3 }, /too short/],
    [{ original_max_position_embeddings: 0 }, /original context|factor/],
    [{ rope_theta: 1 }, /base/],
    [{ beta_fast: 1, beta_slow: 32 }, /beta_fast 1 and beta_slow 32/],
    [{ attention_factor: -1 }, /attention_factor/],
    [{ attention_factor: 1e300 }, /attention_factor/],
    [{ mscale: -1e9, mscale_all_dim: 1 }, /attention_factor/],
  ])("refuses %o", (change, reason) => {
    const read = (): unknown => readFolderDecoder(configOf({ rope_type: "yarn", factor: 4, original_max_position_embeddings: 32_768, ...change }), "config.json");
    expect(read).toThrow(PromptTuningError);
    try {
      read();
    } catch (error) {
      expect((error as PromptTuningError).describe()).toMatch(reason);
    }
  });

  it("divides by 1 to the factor, never less for a lower frequency, whatever the settings", () => {
    const positive = fc.double({ min: 1e-3, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(positive, fc.integer({ min: 1, max: 64 }), positive, positive, positive, positive, fc.boolean(), (theta, pairs, factor, originalContext, fastTurns, slowTurns, truncate) => {
        let divisors: number[];
        try {
          divisors = yarnDivisors({ theta, rotated: 2 * pairs }, { factor, originalContext, fastTurns, slowTurns, truncate });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        divisors.forEach((divisor, pair) => {
          expect(divisor).toBeGreaterThanOrEqual(1);
          expect(divisor).toBeLessThanOrEqual(factor * (1 + 1e-12));
          if (pair > 0) expect(divisor).toBeGreaterThanOrEqual(divisors[pair - 1]);
        });
      }),
      { numRuns: 2000 },
    );
  });
});
