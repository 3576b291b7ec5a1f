import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";

/** Encodes one piece on its own, without what the model's template would add around a text. */
export function encodeText(tokenizer: Tokenizer, text: string, allowSpecial: boolean): Int32Array {
  if (text === "") return new Int32Array(0);
  return tokenizer.encode(text, { addSpecialTokens: false, allowSpecial });
}
