import type { Backbone } from "../../backbone/backbone.js";
import { RandomSource } from "../../common/random.js";
import type { Head, Sequence } from "../../engine/program.js";
import { initializeHead } from "../../training/initialization/light-head.js";
import { type GradientCheck, verifyGradient } from "../../engine/verify/finite-difference-check.js";

const virtualTokens = 4;
const directions = 2;
const texts = ["The quick brown fox jumps over the lazy dog.", "An answer."];

/** The check that a model's first training makes, on two short texts instead of a data set's. */
export async function checkGradient(backbone: Backbone): Promise<GradientCheck> {
  // An encoder may have no words to score: a light head serves every one.
  const head: Head = backbone.description.encoder ? { kind: "linear", classes: 2 } : { kind: "vocabulary" };
  const program = await backbone.createProgram({ virtualTokens, head });
  try {
    const sequences = texts.map((text) => sequenceOf(backbone, text, head));
    const prompt = backbone.embeddings.gather(sequences[0].tokens.filter((id) => id >= 0).slice(0, virtualTokens));
    return await verifyGradient(program, sequences, { prompt, ...initializeHead(program.trainables, RandomSource.derive(1, "head")) }, { directions, random: RandomSource.derive(1, "verify") });
  } finally {
    await program.dispose();
  }
}

/** The prompt, then the text, whose last token is the answer. */
function sequenceOf({ tokenizer, embeddings }: Backbone, text: string, head: Head): Sequence {
  // A tokenizer of few entries may know none of the words; what it gives is repeated until there is enough.
  const found = Array.from(tokenizer.encode(text)).filter((id) => id < embeddings.rows);
  const ids = Array.from({ length: Math.max(found.length, virtualTokens + 2) }, (_, i) => found[i % found.length] ?? i % embeddings.rows);
  const target = ids.pop()!;
  const slots = Array.from({ length: virtualTokens }, (_, i) => i);
  return {
    tokens: Int32Array.from([...slots.map(() => -1), ...ids]),
    virtualTokens: Int32Array.from([...slots, ...ids.map(() => -1)]),
    scored: [{ row: virtualTokens + ids.length - 1, target: head.kind === "linear" ? target % head.classes : target }],
  };
}
