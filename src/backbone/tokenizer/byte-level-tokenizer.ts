import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { PromptTuningError } from "../../common/errors.js";
import { bytesOfToken } from "./byte-level.js";
import { CachedBpe } from "./cached-bpe.js";
import { checkDefinition, type AddedToken, type TokenizerDefinition } from "./definition.js";
import { displayBytes } from "./display-token.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer.js";

/**
 * A byte-level BPE tokenizer. Splitting and merging are `@huggingface/tokenizers`; where that library differs from
 * the Python package tokenizers (which is what models were trained with) its input is written so that it does not:
 * - Digits and ByteLevel use JavaScript's `\d` and `\s` (ASCII digits; U+FEFF but not U+0085): the splits are given
 *   as patterns, in which the library turns `\s` into White_Space;
 * - bytes without a vocabulary entry are dropped before merging, so that their neighbours may merge, not after
 *   (see `CachedBpe`);
 * - lone surrogates become U+FFFD before anything else;
 * - decoding is our own table of bytes: the library's would turn unknown characters into NUL.
 */
export class ByteLevelTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
  private readonly withSpecial: LibraryTokenizer;
  private readonly withoutSpecial: LibraryTokenizer;
  private readonly special: ReadonlySet<number>;

  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(private readonly definition: TokenizerDefinition) {
    const vocabulary = checkDefinition(definition);
    this.vocabularySize = definition.tokens.length;
    this.beginOfTextId = definition.beginOfTextId;
    this.endOfTextId = definition.endOfTextId;
    this.special = new Set(definition.addedTokens.filter(({ special }) => special).map(({ id }) => id));
    const model = new CachedBpe(vocabulary, definition.merges, definition.preTokenizer.ignoreMerges ?? false);
    this.withSpecial = libraryTokenizer(definition, definition.addedTokens, model);
    this.withoutSpecial = libraryTokenizer(definition, definition.addedTokens.filter(({ special }) => !special), model);
  }

  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const library = options.allowSpecial === false ? this.withoutSpecial : this.withSpecial;
    const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd");
    const { ids } = library.encode(wellFormed, { add_special_tokens: false });
    if (!options.addSpecialTokens) return Int32Array.from(ids);
    return Int32Array.from([...this.definition.prefix, ...ids, ...this.definition.suffix]);
  }

  decode(ids: ArrayLike<number>): string {
    const parts: Uint8Array[] = [];
    for (let index = 0; index < ids.length; index++) parts.push(this.bytes(ids[index]));
    return utf8.decode(Buffer.concat(parts));
  }

  token(id: number): string {
    const token = this.definition.tokens[id];
    if (token === undefined) {
      throw new PromptTuningError("model", `Token ${id} is not in the vocabulary.`, {
        reason: `The vocabulary has ${this.vocabularySize} entries.`,
        advice: "Check that the prompt or adapter belongs to this model.",
      });
    }
    return token;
  }

  displayToken(id: number): string {
    return displayBytes(this.bytes(id));
  }

  isSpecial(id: number): boolean {
    return this.special.has(id);
  }

  private bytes(id: number): Uint8Array {
    return bytesOfToken(this.token(id));
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Splits as the definition says and leaves the rest to `model`; `added` are looked for in the text as a whole. */
function libraryTokenizer({ preTokenizer }: TokenizerDefinition, added: readonly AddedToken[], model: CachedBpe): LibraryTokenizer {
  const tokenizer = new LibraryTokenizer(
    {
      version: "1.0",
      normalizer: preTokenizer.normalization ? { type: preTokenizer.normalization } : null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: preTokenizer.splits.map(({ pattern }) => ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false })),
      },
      post_processor: null,
      decoder: null,
      added_tokens: added.map(({ id, content, special, normalized }) => ({ id, content, special, normalized })),
      model: { type: "BPE", vocab: {}, merges: [] },
    },
    {},
  );
  tokenizer.model = model;
  return tokenizer;
}
