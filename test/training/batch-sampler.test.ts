import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { BatchSampler, samplerCursorSchema } from "../../src/training/batch-sampler.js";

const setting = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 120 }),
  batchSize: fc.integer({ min: 1, max: 17 }),
  lengthBuckets: fc.boolean(),
  seed: fc.integer(),
});

function epochs(sampler: BatchSampler, count: number): number[][] {
  return Array.from({ length: count * sampler.batchesPerEpoch }, () => Array.from(sampler.next()));
}

describe("BatchSampler", () => {
  it("gives each item exactly once an epoch, in full batches but one", () => {
    fc.assert(
      fc.property(setting, ({ lengths, ...options }) => {
        const sampler = new BatchSampler(lengths, options);
        for (let epoch = 0; epoch < 3; epoch++) {
          const batches = epochs(sampler, 1);
          expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, item) => item));
          const rest = lengths.length % options.batchSize;
          const short = batches.filter((batch) => batch.length !== options.batchSize);
          expect(short.map((batch) => batch.length)).toEqual(rest === 0 ? [] : [rest]);
          if (!options.lengthBuckets && rest !== 0) expect(batches.at(-1)!.length).toBe(rest);
        }
      }),
    );
  });

  it("resumed at any cursor goes on as the uninterrupted one", () => {
    fc.assert(
      fc.property(setting, fc.nat(40), ({ lengths, ...options }, cut) => {
        const sampler = new BatchSampler(lengths, options);
        for (let i = 0; i < cut; i++) sampler.next();
        const cursor = samplerCursorSchema.parse(JSON.parse(JSON.stringify(sampler.cursor())));
        const resumed = new BatchSampler(lengths, options);
        resumed.next();
        resumed.restore(cursor);
        expect(resumed.cursor()).toEqual(sampler.cursor());
        expect(epochs(resumed, 2)).toEqual(epochs(sampler, 2));
      }),
    );
  });

  it("is a function of the seed, and epochs differ", () => {
    const lengths = Array.from({ length: 64 }, (_, i) => i % 9);
    for (const lengthBuckets of [false, true]) {
      const make = (seed: number) => epochs(new BatchSampler(lengths, { batchSize: 4, lengthBuckets, seed }), 2);
      expect(make(1)).toEqual(make(1));
      expect(make(1)).not.toEqual(make(2));
      expect(make(1).slice(0, 16)).not.toEqual(make(1).slice(16));
    }
  });

  it("buckets similar lengths, and shuffles the order of the batches", () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 500);
    const padding = (lengthBuckets: boolean) =>
      epochs(new BatchSampler(lengths, { batchSize: 8, lengthBuckets, seed: 1 }), 1).reduce((sum, batch) => {
        const longest = Math.max(...batch.map((item) => lengths[item]));
        return sum + batch.reduce((part, item) => part + longest - lengths[item], 0);
      }, 0);
    expect(padding(true)).toBeLessThan(padding(false) / 5);
    const longest = epochs(new BatchSampler(lengths, { batchSize: 8, lengthBuckets: true, seed: 1 }), 1).map((batch) => lengths[batch[batch.length - 1]]);
    const rises = longest.slice(1).filter((length, i) => length > longest[i]).length;
    expect(rises).toBeGreaterThan(30);
    expect(rises).toBeLessThan(95);
  });

  it("refuses no items and a cursor of other data", () => {
    expect(() => new BatchSampler([], { batchSize: 1, lengthBuckets: true, seed: 1 })).toThrow(PromptTuningError);
    const cursor = new BatchSampler([1, 2, 3], { batchSize: 1, lengthBuckets: true, seed: 1 }).cursor();
    const other = new BatchSampler([1, 2], { batchSize: 1, lengthBuckets: true, seed: 1 });
    expect(() => other.restore(cursor)).toThrow(/other training items/);
    expect(() => other.restore({ ...cursor, items: 2, batch: 3 })).toThrow(PromptTuningError);
    expect(samplerCursorSchema.safeParse({ ...cursor, random: [0, 0, 0, 0] }).success).toBe(false);
  });
});
