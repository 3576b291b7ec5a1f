import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import { RandomSource } from "../common/random.js";

/** Where a sampler stands: the next batch is number `batch` of epoch `epoch`, whose order `random` (its state at the epoch's start) makes. */
export const samplerCursorSchema = z.strictObject({
  items: z.int().min(1),
  epoch: z.int().min(0),
  batch: z.int().min(0),
  random: z.array(z.int32()).length(4).refine((words) => words.some((word) => word !== 0)),
});
export type SamplerCursor = z.infer<typeof samplerCursorSchema>;

export interface SamplerOptions {
  readonly batchSize: number;
  /** Batches of similar length. */
  readonly lengthBuckets: boolean;
  readonly seed: number;
}

/** Batches a bucketing pool holds at most. Larger pools pad less but mix less; transformers' length-grouped sampler uses 50. */
const poolBatches = 50;

/**
 * Endless batches of item numbers. Each epoch holds every item once, in an order of its own drawn from
 * RandomSource.derive(seed, "order"). The last batch made of an epoch is smaller when the items do not divide; it is
 * kept, and stands anywhere in the epoch when bucketing. With length buckets, shuffled items are cut into pools of
 * min(50, a quarter of the epoch's) batches, each pool is sorted by length and cut into batches, and all batches are shuffled.
 */
export class BatchSampler {
  private epoch = 0;
  private batch = 0;
  private epochStart: readonly number[];
  private random: RandomSource;
  private batches: readonly Int32Array[];

  constructor(
    private readonly lengths: ArrayLike<number>,
    private readonly options: SamplerOptions,
  ) {
    if (lengths.length === 0)
      throw new PromptTuningError("data", "There is no training item.", { advice: "Give the experiment at least one training row." });
    this.random = RandomSource.derive(options.seed, "order");
    this.epochStart = this.random.state();
    this.batches = this.drawEpoch();
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.lengths.length / this.options.batchSize);
  }

  /** Item numbers of the next batch. */
  next(): Int32Array {
    if (this.batch === this.batches.length) {
      this.epoch++;
      this.batch = 0;
      this.epochStart = this.random.state();
      this.batches = this.drawEpoch();
    }
    return this.batches[this.batch++];
  }

  cursor(): SamplerCursor {
    return { items: this.lengths.length, epoch: this.epoch, batch: this.batch, random: [...this.epochStart] };
  }

  /** Goes to a cursor of a sampler with the same items and options. */
  restore(cursor: SamplerCursor): void {
    if (cursor.items !== this.lengths.length || cursor.batch > this.batchesPerEpoch)
      throw new PromptTuningError("run", "The checkpoint was made with other training items.", {
        reason: `It counts ${cursor.items} of them, this run has ${this.lengths.length}.`,
        advice: "Resume with the data the run began with, or start a new run.",
      });
    this.random = RandomSource.fromState(cursor.random);
    this.epoch = cursor.epoch;
    this.batch = cursor.batch;
    this.epochStart = [...cursor.random];
    this.batches = this.drawEpoch();
  }

  private drawEpoch(): Int32Array[] {
    const { batchSize, lengthBuckets } = this.options;
    const order = this.random.shuffle(Int32Array.from({ length: this.lengths.length }, (_, item) => item));
    if (!lengthBuckets) return cut(order, batchSize);
    const poolSize = batchSize * Math.max(1, Math.min(poolBatches, Math.floor(order.length / (batchSize * 4))));
    // The sort is stable: items of one length keep their shuffled order.
    const batches = cut(order, poolSize).flatMap((pool) => cut(pool.sort((a, b) => this.lengths[a] - this.lengths[b]), batchSize));
    return this.random.shuffle(batches);
  }
}

function cut(order: Int32Array, size: number): Int32Array[] {
  const parts: Int32Array[] = [];
  for (let from = 0; from < order.length; from += size) parts.push(order.subarray(from, from + size));
  return parts;
}
