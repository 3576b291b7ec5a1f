import { PromptTuningError } from "../../common/errors.js";
import type { InitializationContext } from "./context.js";

/**
 * The ids whose embeddings a text gives to P virtual tokens, as PEFT's TEXT: tokenised with the special tokens the
 * model's tokenizer adds (and those written in the text), cut to P, or repeated until P. Throws (experiment) where
 * the text has no token.
 */
export function textTokens(text: string, { virtualTokens, tokenizer }: Pick<InitializationContext, "virtualTokens" | "tokenizer">): number[] {
  const ids = tokenizer.encode(text, { addSpecialTokens: true });
  if (ids.length === 0)
    throw new PromptTuningError("experiment", "The text of method.init has no token.", { advice: "Write a sentence that describes the task." });
  return Array.from({ length: virtualTokens }, (_, i) => ids[i % ids.length]);
}

/** Embeddings of a text's tokens. [P, d]. */
export function textPrompt(context: InitializationContext, text: string): Float32Array {
  return context.embeddings.gather(textTokens(text, context));
}
