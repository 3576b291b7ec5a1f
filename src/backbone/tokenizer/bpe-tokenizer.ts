import type { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { PromptTuningError } from "../../common/errors.js";
import type { AddedToken, Vocabulary } from "./definition.js";
import { displayBytes } from "./display-token.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer.js";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A tokenizer whose merging is `@huggingface/tokenizers`, and whose bytes and entries are our own table. */
export abstract class BpeTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
  private readonly withSpecial: LibraryTokenizer;
  private readonly withoutSpecial: LibraryTokenizer;
  private readonly special: ReadonlySet<number>;

  /** @param library the library's tokenizer that finds these added tokens in a text. */
  protected constructor(
    private readonly vocabulary: Vocabulary,
    library: (added: readonly AddedToken[]) => LibraryTokenizer,
  ) {
    this.vocabularySize = vocabulary.tokens.length;
    this.beginOfTextId = vocabulary.beginOfTextId;
    this.endOfTextId = vocabulary.endOfTextId;
    this.special = new Set(vocabulary.addedTokens.filter(({ special }) => special).map(({ id }) => id));
    this.withSpecial = library(vocabulary.addedTokens);
    this.withoutSpecial = library(vocabulary.addedTokens.filter(({ special }) => !special));
  }

  /** The bytes of the text that a token stands for. */
  protected abstract bytes(id: number): Uint8Array;

  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const library = options.allowSpecial === false ? this.withoutSpecial : this.withSpecial;
    const { ids } = library.encode(text.replace(/\p{Surrogate}/gu, "\ufffd"), { add_special_tokens: false });
    if (!options.addSpecialTokens) return Int32Array.from(ids);
    return Int32Array.from([...this.vocabulary.prefix, ...ids, ...this.vocabulary.suffix]);
  }

  decode(ids: ArrayLike<number>): string {
    const parts: Uint8Array[] = [];
    for (let index = 0; index < ids.length; index++) parts.push(this.bytes(ids[index]));
    return utf8.decode(Buffer.concat(parts));
  }

  token(id: number): string {
    const token = this.vocabulary.tokens[id];
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
}
