import path from "node:path";
import { inspectModel } from "../../src/backend/models/inspect-model.js";
import { usualStep } from "../../src/backbone/facts/estimate-memory.js";
import { forkWork } from "../product/fork-work.js";
import type { Claim } from "./claim.js";
import type { MemoryWork } from "./memory-worker.js";

/** |estimate − measured| / measured. */
const limit = 0.25;
const work: readonly MemoryWork[] = [
  { model: "smollm2-135m-instruct", head: "words", step: usualStep },
  { model: "smollm2-135m-instruct", head: "words", step: { batchSize: 4, textTokens: 160, virtualTokens: 20 } },
  { model: "smollm2-135m-instruct", head: "words", step: { batchSize: 8, textTokens: 320, virtualTokens: 20 } },
  { model: "smollm2-135m-instruct", head: "words", step: { batchSize: 1, textTokens: 20, virtualTokens: 10 } },
  { model: "smollm2-135m-instruct", head: "vocabulary", step: usualStep },
  { model: "gemma-3-270m", head: "words", step: usualStep },
  { model: "gemma-3-270m", head: "vocabulary", step: usualStep },
];

export const claim: Claim = {
  name: "model-memory",
  summary: "The memory for training that `ptune models inspect` estimates is within 25 % of what a process that trains took, for SmolLM2 and Gemma 3 270M, labels and generation, and batches of 20 to 2,560 tokens.",
  async run({ root, print, signal }) {
    const held: boolean[] = [];
    for (const { model, head, step } of work) {
      const { memory } = await inspectModel(model, root, { step, signal });
      if (!memory) return { skipped: `${model} is not on this disk (ptune models fetch ${model}).` };
      const estimated = memory.bytes + (head === "vocabulary" ? memory.vocabularyBytes! : 0);
      let measured = NaN;
      const ended = await forkWork<{ peakMB: number }>(path.join(root, "out", "claims", "memory-worker.cjs"), { model, head, step }, signal, ({ peakMB }) => (measured = peakMB * 2 ** 20));
      const error = estimated / measured - 1;
      held.push(ended === undefined && Math.abs(error) <= limit);
      print(`${held.at(-1) ? "yes" : "NO "} ${model.padEnd(22)} ${head === "words" ? "labels    " : "generation"} ${step.batchSize} × (${step.virtualTokens} + ${step.textTokens}) tokens: estimated ${(estimated / 1e6).toFixed(0)} MB, measured ${(measured / 1e6).toFixed(0)} MB (${error >= 0 ? "+" : "−"}${Math.abs(100 * error).toFixed(0)} %)${ended === undefined ? "" : `; the process ended (${ended})`}`);
    }
    return held.every(Boolean);
  },
};
