import { checkAddedTokens, checkMerges, checkVocabulary, tokenizerError, type Vocabulary } from "./definition.js";
import { bytesOfPiece, type PieceMerging, SentencePieceBpe, spaceMark } from "./sentence-piece-bpe.js";
import type { EncodeOptions } from "./tokenizer.js";
import { type BeforeModel, VocabularyTokenizer } from "./vocabulary-tokenizer.js";

/** Everything about a SentencePiece tokenizer of the kind BPE, whatever file it came from (Kudo & Richardson 2018). */
export interface SentencePieceDefinition extends Vocabulary {
  /** Spaces are written as "▁". */
  readonly tokens: readonly (string | undefined)[];
  readonly merging: PieceMerging;
  /**
   * Where a space is put before a text. "each": before every stretch between added tokens (Llama 2); "first": at the
   * beginning of the text only, where no space stands yet (Mistral); "never": Gemma.
   */
  readonly spaceBefore: "each" | "first" | "never";
}

/** A SentencePiece tokenizer with byte fallback: Llama 2, Mistral, Gemma. Merging is `@huggingface/tokenizers`. */
export class SentencePieceTokenizer extends VocabularyTokenizer {
  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(private readonly definition: SentencePieceDefinition) {
    super(definition, marked(definition), createModel(definition));
  }

  override encode(text: string, options: EncodeOptions = {}): Int32Array {
    return super.encode(this.withFirstSpace(text, options.allowSpecial === false), options);
  }

  override decode(ids: ArrayLike<number>): string {
    const text = super.decode(ids);
    return this.definition.spaceBefore !== "never" && text.startsWith(" ") ? text.slice(1) : text;
  }

  protected override bytes(id: number): Uint8Array {
    return bytesOfPiece(this.token(id));
  }

  private withFirstSpace(text: string, plain: boolean): string {
    const { spaceBefore, addedTokens } = this.definition;
    if (spaceBefore !== "first" || text === "" || text.startsWith(" ") || text.startsWith(spaceMark)) return text;
    return addedTokens.some(({ content, special }) => !(plain && special) && text.startsWith(content)) ? text : ` ${text}`;
  }
}

function createModel(definition: SentencePieceDefinition): SentencePieceBpe {
  const { tokens, merging } = definition;
  const vocabulary = checkVocabulary(tokens);
  if (merging.by === "pair") checkMerges(merging.merges, vocabulary);
  checkAddedTokens(definition);
  checkBytes(vocabulary);
  return new SentencePieceBpe(vocabulary, merging);
}

function checkBytes(vocabulary: ReadonlyMap<string, number>): void {
  const missing = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`).filter((piece) => !vocabulary.has(piece));
  if (missing.length > 0) throw tokenizerError(`Its vocabulary lacks ${missing.length} of the 256 bytes (such as ${missing[0]}), which is not supported.`, "Use another model.");
}

/** Spaces become marks, and one is put before each stretch where the definition says so. */
function marked({ spaceBefore }: SentencePieceDefinition): BeforeModel {
  const marks = { type: "Replace", pattern: { String: " " }, content: spaceMark };
  const normalizer = spaceBefore === "each" ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: spaceMark }, marks] } : marks;
  return { normalizer, pre_tokenizer: null };
}
