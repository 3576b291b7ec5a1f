import { sequenceBatch } from "../step/sequence-batch.js";
import { peakMemoryMB } from "../step/peak-memory.js";
import { openRealBackbone } from "../parity/real-backbone.js";
import type { StepSize } from "../../src/backbone/facts/estimate-memory.js";

export interface MemoryWork {
  readonly model: string;
  readonly step: StepSize;
  /** "vocabulary" scores every token, as generation does. */
  readonly head: "words" | "vocabulary";
}

const steps = 3;

// Bundled beside the claims, it is looked at by who lists them; it works only where a claim has started it.
if (process.send) process.on("message", (work: MemoryWork) => void measure(work).then((peakMB) => process.send!({ peakMB }, () => process.exit(0))));

/** Highest memory of a process that opens a model and trains through it, in MiB. */
async function measure({ model, step, head }: MemoryWork): Promise<number> {
  const backbone = await openRealBackbone({}, model);
  const words = { kind: "words", tokenIds: Int32Array.of(300, 301) } as const;
  const program = await backbone.createProgram({ virtualTokens: step.virtualTokens, head: head === "words" ? words : { kind: head } });
  const prompt = backbone.embeddings.gather(Array.from({ length: step.virtualTokens }, (_, i) => 100 + i));
  for (let i = 0; i < steps; i++) await program.step(sequenceBatch(step, i), { prompt });
  const peak = peakMemoryMB();
  await backbone.dispose();
  return peak;
}
