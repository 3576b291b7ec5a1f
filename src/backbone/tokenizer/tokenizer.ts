export interface EncodeOptions {
  /** Adds what the model's own template adds around a text (such as a begin token). Off unless asked. */
  readonly addSpecialTokens?: boolean;
  /**
   * Whether special tokens written out in the text (such as "<|im_end|>") become those tokens. On unless told, as
   * tokenizer.json has it: templates may hold them. Turn it off for text from data: there they are plain
   * characters, so that a row cannot end its turn or forge another. Added tokens that are not special (words that
   * were added to the vocabulary) are found either way. Same as `encode_special_tokens` of the Python tokenizers.
   */
  readonly allowSpecial?: boolean;
}

export interface Tokenizer {
  readonly vocabularySize: number;
  /** Id that ends a text, when the model has one. */
  readonly endOfTextId?: number;
  readonly beginOfTextId?: number;
  /** Id that stands for a word to be guessed, when the model has one ([MASK]). */
  readonly maskId?: number;
  /** What the model's own template puts around a text (addSpecialTokens), where it is known. */
  readonly around?: { readonly prefix: readonly number[]; readonly suffix: readonly number[] };
  encode(text: string, options?: EncodeOptions): Int32Array;
  /** An id that no token has stands for nothing. */
  decode(ids: ArrayLike<number>): string;
  /** The raw vocabulary entry of an id (byte-level characters as stored, e.g. "Ġyes"). */
  token(id: number): string;
  /** What one token reads as for a person: leading space visible, bytes and control characters escaped. */
  displayToken(id: number): string;
  isSpecial(id: number): boolean;
}
