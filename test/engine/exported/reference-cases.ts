import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Head, Sequence } from "../../../src/engine/program.js";

interface StoredCase {
  readonly name: string;
  readonly head: { readonly kind: "words"; readonly tokenIds: number[] } | { readonly kind: "vocabulary" };
  readonly batch: { readonly tokens: number[]; readonly virtualTokens: number[]; readonly scored: { row: number; target: number; weight: number; allowed?: number[] }[] }[];
  readonly loss: number;
  readonly gradient: number[];
  /** null stands for −∞. */
  readonly logProbabilities?: (number | null)[][][];
}

export interface Reference {
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly virtualTokens: number;
  readonly prompt: number[];
  readonly cases: readonly StoredCase[];
  readonly greedy?: { readonly tokens: number[]; readonly continuation: number[] };
}

/** What scripts/reference/export_onnx.py wrote beside a model, by PyTorch. */
export function readReference(folder: string): Reference {
  return JSON.parse(readFileSync(join(folder, "reference.json"), "utf8")) as Reference;
}

export function headOf({ head }: StoredCase): Head {
  return head.kind === "words" ? { kind: "words", tokenIds: Int32Array.from(head.tokenIds) } : head;
}

export function batchOf({ batch }: StoredCase): Sequence[] {
  return batch.map(({ tokens, virtualTokens, scored }) => ({
    tokens: Int32Array.from(tokens),
    virtualTokens: Int32Array.from(virtualTokens),
    scored: scored.map(({ allowed, ...row }) => (allowed ? { ...row, allowed: Int32Array.from(allowed) } : row)),
  }));
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference += (found[i] - wanted[i]) ** 2;
    norm += wanted[i] ** 2;
  }
  return found.length === wanted.length ? Math.sqrt(difference / norm) : Infinity;
}
