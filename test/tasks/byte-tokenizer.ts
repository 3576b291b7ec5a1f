import type { EncodeOptions, Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";

export const endId = 256;
export const beginId = 257;
const endText = "<|end|>";

export interface ByteTokenizerOptions {
  readonly endOfText?: boolean;
  readonly beginOfText?: boolean;
  /** The model's own template puts the begin token in front. */
  readonly addsBegin?: boolean;
}

/** One token a byte; 256 ends a text and is written <|end|>, 257 begins one. */
export function byteTokenizer({ endOfText = true, beginOfText = false, addsBegin = false }: ByteTokenizerOptions = {}): Tokenizer {
  return {
    vocabularySize: 258,
    endOfTextId: endOfText ? endId : undefined,
    beginOfTextId: beginOfText ? beginId : undefined,
    encode(text: string, options: EncodeOptions = {}) {
      const begin = options.addSpecialTokens && addsBegin ? [beginId] : [];
      const pieces = options.allowSpecial ? text.split(endText) : [text];
      return Int32Array.from([...begin, ...pieces.flatMap((piece, index) => [...(index > 0 ? [endId] : []), ...new TextEncoder().encode(piece)])]);
    },
    decode: (ids) => new TextDecoder().decode(Uint8Array.from(Array.from(ids).filter((id) => id < 256))),
    token: (id) => String.fromCodePoint(id),
    displayToken: (id) => String.fromCodePoint(id),
    isSpecial: (id) => id >= 256,
  };
}

/** The ids of a text, as the byte tokenizer gives them. */
export function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
