import type { Tensor } from "onnxruntime-node";
import type { Head, Sequence, StepRequest, StepResult } from "../program.js";
import { type BatchPart, splitBatch } from "../split-batch.js";
import { planLanes } from "./lanes.js";
import type { BatchLayout } from "./layout.js";

/** Most rows of a pass that several prompts share: from here on the products run at nearly their full rate. */
const rowsTogether = 512;
/** Most rows of any pass; the memory that a step needs grows with them. */
export const rowsAPass = 768;

type LayoutOf = (batch: readonly Sequence[]) => BatchLayout;

/** The passes of one batch: a batch of long texts makes several, whose results add up. */
export function partsOf(batch: readonly Sequence[], layoutOf: LayoutOf): BatchPart[] {
  const { pastLengths, sharedLength } = layoutOf(batch);
  return splitBatch(batch.map(({ tokens }, i) => tokens.length - pastLengths[i] - sharedLength), rowsAPass);
}

/**
 * Which requests go through the layers together, in their order: those with equally many sequences, as long as they
 * have few rows. A light head is each prompt's own, and so is its pass.
 */
export function planPasses(requests: readonly StepRequest[], { head, layoutOf }: { readonly head: Head; readonly layoutOf: LayoutOf }): StepRequest[][] {
  const passes: StepRequest[][] = [];
  let rows = 0;
  for (const request of requests) {
    const own = planLanes(request.batch, layoutOf(request.batch)).rows;
    const pass = passes.at(-1);
    const joins = pass !== undefined && head.kind !== "linear" && pass[0].batch.length === request.batch.length && rows + own <= rowsTogether;
    if (joins) pass.push(request);
    else passes.push([request]);
    rows = joins ? rows + own : own;
  }
  return passes;
}

/** Loss and gradient of every prompt of a pass. Copies: the tensors' memory belongs to onnxruntime. */
export function unpackSharedStep(outputs: Readonly<Record<string, Tensor>>, pass: readonly StepRequest[]): StepResult[] {
  const gradient = outputs["gradient.prompt"].data as Float32Array;
  const rowLosses = outputs.row_losses.data as Float32Array;
  const size = gradient.length / pass.length;
  let next = 0;
  return pass.map(({ batch }, at) => {
    const scored = batch.reduce((sum, sequence) => sum + sequence.scored.length, 0);
    const loss = rowLosses.subarray(next, (next += scored)).reduce((sum, row) => Math.fround(sum + row), 0);
    return { loss, gradients: { prompt: gradient.slice(at * size, (at + 1) * size) } };
  });
}
