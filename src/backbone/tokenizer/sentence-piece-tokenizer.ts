import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { PromptTuningError } from "../../common/errors.js";
import { checkAddedTokens, checkMerges, checkVocabulary, tokenizerError, type AddedToken } from "./definition.js";
import { displayBytes } from "./display-token.js";
import { type PieceMerging, SentencePieceBpe, spaceMark } from "./sentence-piece-bpe.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer.js";

/** Everything about a SentencePiece tokenizer of the kind BPE, whatever file it came from (Kudo & Richardson 2018). */
export interface SentencePieceDefinition {
  /** Vocabulary by id, spaces written as "▁"; undefined where an id is not used. */
  readonly tokens: readonly (string | undefined)[];
  readonly merging: PieceMerging;
  readonly addedTokens: readonly AddedToken[];
  /**
   * Where a space is put before a text. "each": before every stretch between added tokens (Llama 2); "first": at the
   * beginning of the text only, where no space stands yet (Mistral); "never": Gemma.
   */
  readonly spaceBefore: "each" | "first" | "never";
  /** Ids that `addSpecialTokens` puts before and after a text. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
}

const bytePiece = /^<0x([0-9A-F]{2})>$/;

/** A SentencePiece tokenizer with byte fallback: Llama 2, Mistral, Gemma. Merging is `@huggingface/tokenizers`. */
export class SentencePieceTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
  private readonly withSpecial: LibraryTokenizer;
  private readonly withoutSpecial: LibraryTokenizer;
  private readonly special: ReadonlySet<number>;

  /** Throws a PromptTuningError of kind "model" for a definition that does not hold together. */
  constructor(private readonly definition: SentencePieceDefinition) {
    const vocabulary = checkVocabulary(definition.tokens);
    if (definition.merging.by === "pair") checkMerges(definition.merging.merges, vocabulary);
    checkAddedTokens(definition);
    checkBytes(vocabulary);
    this.vocabularySize = definition.tokens.length;
    this.beginOfTextId = definition.beginOfTextId;
    this.endOfTextId = definition.endOfTextId;
    this.special = new Set(definition.addedTokens.filter(({ special }) => special).map(({ id }) => id));
    const model = new SentencePieceBpe(vocabulary, definition.merging);
    this.withSpecial = libraryTokenizer(definition, definition.addedTokens, model);
    this.withoutSpecial = libraryTokenizer(definition, definition.addedTokens.filter(({ special }) => !special), model);
  }

  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const plain = options.allowSpecial === false;
    const wellFormed = this.withFirstSpace(text.replace(/\p{Surrogate}/gu, "\ufffd"), plain);
    const { ids } = (plain ? this.withoutSpecial : this.withSpecial).encode(wellFormed, { add_special_tokens: false });
    if (!options.addSpecialTokens) return Int32Array.from(ids);
    return Int32Array.from([...this.definition.prefix, ...ids, ...this.definition.suffix]);
  }

  decode(ids: ArrayLike<number>): string {
    const parts: Uint8Array[] = [];
    for (let index = 0; index < ids.length; index++) parts.push(this.bytes(ids[index]));
    const text = utf8.decode(Buffer.concat(parts));
    return this.definition.spaceBefore !== "never" && text.startsWith(" ") ? text.slice(1) : text;
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
    const token = this.token(id);
    const byte = bytePiece.exec(token);
    return byte ? Uint8Array.of(parseInt(byte[1], 16)) : Buffer.from(token.replaceAll(spaceMark, " "), "utf8");
  }

  private withFirstSpace(text: string, plain: boolean): string {
    const { spaceBefore, addedTokens } = this.definition;
    if (spaceBefore !== "first" || text === "" || text.startsWith(" ") || text.startsWith(spaceMark)) return text;
    return addedTokens.some(({ content, special }) => !(plain && special) && text.startsWith(content)) ? text : ` ${text}`;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function checkBytes(vocabulary: ReadonlyMap<string, number>): void {
  const missing = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`).filter((piece) => !vocabulary.has(piece));
  if (missing.length > 0) throw tokenizerError(`Its vocabulary lacks ${missing.length} of the 256 bytes (such as ${missing[0]}), which is not supported.`, "Use another model.");
}

function libraryTokenizer({ spaceBefore }: SentencePieceDefinition, added: readonly AddedToken[], model: SentencePieceBpe): LibraryTokenizer {
  const marks = { type: "Replace", pattern: { String: " " }, content: spaceMark };
  const tokenizer = new LibraryTokenizer(
    {
      version: "1.0",
      normalizer: spaceBefore === "each" ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: spaceMark }, marks] } : marks,
      pre_tokenizer: null,
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
