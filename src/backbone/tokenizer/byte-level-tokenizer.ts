import { bytesOfToken } from "./byte-level.js";
import { CachedBpe } from "./cached-bpe.js";
import { checkDefinition, type TokenizerDefinition } from "./definition.js";
import { type BeforeModel, VocabularyTokenizer } from "./vocabulary-tokenizer.js";

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
export class ByteLevelTokenizer extends VocabularyTokenizer {
  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(definition: TokenizerDefinition) {
    const model = new CachedBpe(checkDefinition(definition), definition.merges, definition.preTokenizer.ignoreMerges ?? false);
    super(definition, split(definition), model);
  }

  protected override bytes(id: number): Uint8Array {
    return bytesOfToken(this.token(id));
  }
}

/** Splits as the definition says. */
function split({ preTokenizer }: TokenizerDefinition): BeforeModel {
  return {
    normalizer: preTokenizer.normalization ? { type: preTokenizer.normalization } : null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: preTokenizer.splits.map(({ pattern }) => ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false })),
    },
  };
}
