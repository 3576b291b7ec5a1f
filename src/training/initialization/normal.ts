import type { InitializationContext } from "./context.js";

/** N(0, 1), as torch.nn.Embedding and so PEFT's RANDOM: far larger than real embeddings. [P, d]. */
export function normalPrompt({ virtualTokens, embeddings, random }: InitializationContext): Float32Array {
  return Float32Array.from({ length: virtualTokens * embeddings.width }, () => random.normal());
}
