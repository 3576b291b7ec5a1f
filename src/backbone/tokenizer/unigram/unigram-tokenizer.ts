import { Normalizer } from "@huggingface/tokenizers";
import { type BeforeModel, VocabularyTokenizer } from "../vocabulary-tokenizer.js";
import { checkAddedTokens, checkVocabulary, tokenizerError, type Vocabulary } from "../definition.js";
import { bytesOfPiece, spaceMark } from "../sentence-piece-bpe.js";
import { Charsmap } from "./charsmap.js";
import { UnigramModel } from "./unigram-model.js";

/** Everything about a SentencePiece tokenizer of the kind Unigram, whatever file it came from (Kudo & Richardson 2018). */
export interface UnigramDefinition extends Vocabulary {
  /** Log-probabilities of the first entries of the vocabulary; the others are added tokens. */
  readonly scores: readonly number[];
  readonly unknownId: number;
  readonly byteFallback: boolean;
  readonly charsmap?: Buffer;
  /**
   * What becomes of spaces. "split": any run of white space is one border between words, each of which begins with a
   * space (T5). "collapse": those at the end are dropped, runs of several are one.
   */
  readonly spaces: "split" | "collapse";
  /** Whether a space is put before every stretch between added tokens, or before the text only. */
  readonly spaceBefore: "each" | "first";
}

/** A SentencePiece tokenizer of the kind Unigram: T5, Flan-T5, mT5. The model is `@huggingface/tokenizers`. */
export class UnigramTokenizer extends VocabularyTokenizer {
  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(private readonly definition: UnigramDefinition) {
    super(definition, beforeModel(definition), createModel(definition));
  }

  override decode(ids: ArrayLike<number>): string {
    // T5's matrices have some rows more than its vocabulary has entries, which stand for nothing.
    const text = super.decode(Array.from(ids).filter((id) => id < this.vocabularySize));
    return text.startsWith(" ") ? text.slice(1) : text;
  }

  protected override bytes(id: number): Uint8Array {
    const token = this.token(id);
    return this.definition.byteFallback ? bytesOfPiece(token) : Buffer.from(token.replaceAll(spaceMark, " "), "utf8");
  }
}

function createModel(definition: UnigramDefinition): UnigramModel {
  const { tokens, scores, unknownId, byteFallback, addedTokens } = definition;
  checkVocabulary(tokens);
  checkAddedTokens(definition);
  if (scores.length > tokens.length) throw tokenizerError(`It has ${scores.length} scores for ${tokens.length} tokens.`);
  if (!(unknownId >= 0 && unknownId < scores.length)) throw tokenizerError(`Its unknown token has the id ${unknownId}, but there are ${scores.length} pieces.`);
  const wrong = scores.findIndex((score) => !(Math.abs(score) <= 1e8));
  if (wrong >= 0) throw tokenizerError(`The score of token ${wrong} is ${scores[wrong]}.`);
  const control = new Set(addedTokens.filter(({ special }) => special).map(({ id }) => id));
  return new UnigramModel({ pieces: scores.map((score, id) => [tokens[id]!, score]), unknownId, byteFallback, control });
}

/** Normalised characters, words that begin with a mark. */
function beforeModel({ charsmap, spaces, spaceBefore }: UnigramDefinition): BeforeModel {
  const map = charsmap && new Charsmap(charsmap);
  const metaspace = { type: "Metaspace", replacement: spaceMark, prepend_scheme: spaceBefore === "each" ? "always" : "first" };
  // With `invert` the library keeps what the pattern matches.
  const words = { type: "Split", pattern: { Regex: `${spaceMark}[^${spaceMark}]*|[^${spaceMark}]+` }, behavior: "Isolated", invert: true };
  const whiteSpace = { type: "Split", pattern: { Regex: "\\s+" }, behavior: "Removed", invert: false };
  return {
    normalizer: new SentencePieceNormalizer(map, spaces === "collapse"),
    pre_tokenizer: { type: "Sequence", pretokenizers: spaces === "split" ? [whiteSpace, metaspace, words] : [metaspace, words] },
  };
}

class SentencePieceNormalizer extends Normalizer {
  constructor(
    private readonly map: Charsmap | undefined,
    private readonly collapses: boolean,
  ) {
    super({ type: "Precompiled", precompiled_charsmap: "" });
  }

  override normalize(text: string): string {
    const mapped = this.map ? this.map.normalize(text) : text;
    return this.collapses ? mapped.replace(/\p{White_Space}+$/u, "").replace(/ {2,}/g, spaceMark) : mapped;
  }
}
