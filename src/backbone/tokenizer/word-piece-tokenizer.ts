import { WordPiece } from "@huggingface/tokenizers";
import { BertNormalizer, type BertNormalization, BertPreTokenizer } from "./bert-text.js";
import { checkAddedTokens, checkVocabulary, quotedToken, tokenizerError, type Vocabulary } from "./definition.js";
import { PieceCache } from "./piece-cache.js";
import { VocabularyTokenizer } from "./vocabulary-tokenizer.js";

/** Everything about a WordPiece tokenizer of BERT's kind (Devlin et al. 2019). */
export interface WordPieceDefinition extends Vocabulary {
  readonly normalization: BertNormalization;
  readonly unknownToken: string;
  /** What a piece that continues a word begins with. */
  readonly prefixOfPieces: string;
  /** Words of more characters are unknown. */
  readonly longestWord: number;
}

/** BERT's tokenizer: words are cut into the longest pieces of the vocabulary. The cutting is `@huggingface/tokenizers`. */
export class WordPieceTokenizer extends VocabularyTokenizer {
  private readonly prefixOfPieces: string;

  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(definition: WordPieceDefinition) {
    super(definition, { normalizer: new BertNormalizer(definition.normalization), pre_tokenizer: new BertPreTokenizer() }, new CachedWordPiece(definition));
    this.prefixOfPieces = definition.prefixOfPieces;
  }

  /** Words apart, pieces joined: the spaces of the text are not kept in the ids. */
  override decode(ids: ArrayLike<number>): string {
    let text = "";
    for (let index = 0; index < ids.length; index++) {
      if (this.isUnused(ids[index])) continue;
      const token = this.token(ids[index]);
      text += token.startsWith(this.prefixOfPieces) && index > 0 ? token.slice(this.prefixOfPieces.length) : `${index > 0 ? " " : ""}${token}`;
    }
    return text;
  }

  protected override bytes(id: number): Uint8Array {
    return Buffer.from(this.token(id), "utf8");
  }
}

/** The library's WordPiece with a cache over it. */
class CachedWordPiece extends WordPiece {
  private readonly cached = new PieceCache((piece) => super.encode([piece]));

  constructor(definition: WordPieceDefinition) {
    const { unknownToken, prefixOfPieces, longestWord } = definition;
    const ids = checkVocabulary(definition.tokens);
    checkAddedTokens(definition);
    if (!ids.has(unknownToken)) throw tokenizerError(`Its token for unknown words, ${quotedToken(unknownToken)}, is not in the vocabulary.`);
    super({ type: "WordPiece", vocab: { [unknownToken]: ids.get(unknownToken)! }, unk_token: unknownToken, continuing_subword_prefix: prefixOfPieces, max_input_chars_per_word: longestWord });
    this.tokens_to_ids = ids;
  }

  override encode(pieces: string[]): string[] {
    return pieces.flatMap((piece) => this.cached.entries(piece));
  }
}
