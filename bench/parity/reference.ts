import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { parseSafetensors, toFloatTensor } from "../../src/adapter/safetensors.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import type { Head, Sequence, TensorValues } from "../../src/engine/program.js";

/** What scripts/reference/smollm2.py, gemma3.py, families.py, encoders.py, encoder_decoders.py and hub_variants.py wrote: values of PyTorch, in float64, on the same dequantised weights. */

const ids = z.array(z.int().min(0));
const pair = z.tuple([ids, ids]);
const indexSchema = z.object({
  versions: z.object({ torch: z.string(), transformers: z.string() }),
  stride: z.int().min(1),
  logits: z.record(z.string(), z.object({ ids, answerStart: z.int().optional(), positions: ids, top: z.array(ids), logSumExp: z.array(z.number()), float32Error: z.number() })),
  greedy: z.record(z.string(), ids),
  prompt: pair,
  head: z.object({ ids: pair, bias: z.array(z.number()) }),
  gradients: z.record(
    z.string(),
    z.object({
      head: z.union([
        z.object({ kind: z.literal("vocabulary") }),
        z.object({ kind: z.literal("words"), tokenIds: ids }),
        z.object({ kind: z.literal("linear"), classes: z.int().min(2), pooling: z.enum(["pooler", "mean", "max"]).optional() }),
      ]),
      batch: z.array(
        z.object({
          tokens: z.array(z.int().min(-1)),
          virtualTokens: z.array(z.int().min(-1)),
          answerStart: z.int().optional(),
          scored: z.array(z.object({ row: z.int().min(0), target: z.int().min(0), allowed: ids.optional(), weight: z.number().optional() })),
        }),
      ),
      loss: z.number(),
      float32Error: z.record(z.string(), z.number()),
    }),
  ),
});

export interface LogitReference {
  readonly name: string;
  readonly ids: Int32Array;
  /** As in Sequence. */
  readonly answerStart?: number;
  /** For every position: ids of the vocabulary, the logits there, and the log of the sum of all exponentials. */
  readonly positions: readonly { readonly position: number; readonly tokenIds: Int32Array; readonly logits: Float32Array; readonly logSumExp: number }[];
  /** The next tokens of a greedy continuation, for some. */
  readonly greedy?: Int32Array;
  /** Largest |difference| of PyTorch's own float32 logits. */
  readonly float32Error: number;
}

export interface GradientReference {
  readonly name: string;
  readonly head: Head;
  readonly batch: readonly Sequence[];
  readonly loss: number;
  /** By the trainables' names. */
  readonly gradients: TensorValues;
  /** Relative errors of PyTorch's own float32: by trainable, and "loss". */
  readonly float32Error: Readonly<Record<string, number>>;
}

export interface ParityReference {
  /** The versions that made it, for a person. */
  readonly madeWith: string;
  readonly virtualTokens: number;
  readonly logits: readonly LogitReference[];
  readonly gradients: readonly GradientReference[];
  /** Values of the trainables of the gradient cases: means of two rows of the embedding matrix. */
  trainables(backbone: Backbone): TensorValues;
}

/** Folder of the reference values. @param root folder of the repository */
export function referenceFolder(root: string): string {
  return path.join(root, "test", "parity", "reference");
}

/**
 * @param root folder of the repository
 * @param name path of the reference below `referenceFolder`, without its ending
 */
export function readParityReference(root: string, name = "smollm2"): ParityReference {
  const place = path.join(referenceFolder(root), name);
  const index = indexSchema.parse(JSON.parse(readFileSync(`${place}.json`, "utf8")));
  const file = parseSafetensors(readFileSync(`${place}.safetensors`), `${name}.safetensors`);
  const values = (name: string): Float32Array => {
    const tensor = file.tensors.get(name);
    if (!tensor) throw new Error(`The reference lacks the tensor ${name}.`);
    return toFloatTensor(tensor, name, place).values;
  };
  return {
    madeWith: `PyTorch ${index.versions.torch}, transformers ${index.versions.transformers}`,
    virtualTokens: index.prompt[0].length,
    logits: Object.entries(index.logits).map(([name, { ids, answerStart, positions, top, logSumExp, float32Error }]) => {
      const even = values(`logits.${name}`);
      const best = values(`top.${name}`);
      const across = even.length / positions.length;
      return {
        name,
        ids: Int32Array.from(ids),
        answerStart,
        positions: positions.map((position, i) => ({
          position,
          tokenIds: Int32Array.from([...Array.from({ length: across }, (_, k) => k * index.stride), ...top[i]]),
          logits: Float32Array.from([...even.subarray(i * across, (i + 1) * across), ...best.subarray(i * top[i].length, (i + 1) * top[i].length)]),
          logSumExp: logSumExp[i],
        })),
        float32Error,
        greedy: index.greedy[name] && Int32Array.from(index.greedy[name]),
      };
    }),
    gradients: Object.entries(index.gradients).map(([name, { head, batch, loss, float32Error }]) => ({
      name,
      loss,
      float32Error,
      head: head.kind === "words" ? { kind: "words", tokenIds: Int32Array.from(head.tokenIds) } : head,
      batch: batch.map(({ tokens, virtualTokens, answerStart, scored }) => ({
        tokens: Int32Array.from(tokens),
        virtualTokens: Int32Array.from(virtualTokens),
        answerStart,
        scored: scored.map((row) => ({ ...row, allowed: row.allowed && Int32Array.from(row.allowed) })),
      })),
      gradients: Object.fromEntries([...file.tensors.keys()].filter((tensor) => tensor.startsWith(`gradient.${name}.`)).map((tensor) => [tensor.slice(`gradient.${name}.`.length), values(tensor)])),
    })),
    trainables: ({ embeddings }) => ({
      prompt: meanRows(embeddings.gather(index.prompt[0]), embeddings.gather(index.prompt[1])),
      "head.weight": meanRows(embeddings.gather(index.head.ids[0]), embeddings.gather(index.head.ids[1])),
      "head.bias": Float32Array.from(index.head.bias),
    }),
  };
}

/** (a + b) / 2, rounded once. */
function meanRows(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => Math.fround(value + b[i]) / 2);
}
