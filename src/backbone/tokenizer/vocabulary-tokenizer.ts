import { Normalizer, PreTokenizer, Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { PromptTuningError } from "../../common/errors.js";
import type { AddedToken, Vocabulary } from "./definition.js";
import { displayBytes } from "./display-token.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer.js";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** What happens to a text before the model (merging, or cutting by the vocabulary): the library's own steps as tokenizer.json writes them, or steps of ours. */
export interface BeforeModel {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
}

/** The library's tokenizer that finds `added` in a text as a whole, prepares the rest, and leaves it to `model`. */
function libraryTokenizer(before: BeforeModel, added: readonly AddedToken[], model: LibraryTokenizer["model"]): LibraryTokenizer {
  const added_tokens = added.map(({ id, content, special, normalized, lstrip, rstrip }) => ({ id, content, special, normalized, lstrip, rstrip }));
  const steps = { normalizer: before.normalizer instanceof Normalizer ? null : before.normalizer, pre_tokenizer: before.pre_tokenizer instanceof PreTokenizer ? null : before.pre_tokenizer };
  const tokenizer = new LibraryTokenizer({ version: "1.0", ...steps, post_processor: null, decoder: null, added_tokens, model: { type: "BPE", vocab: {}, merges: [] } }, {});
  if (before.normalizer instanceof Normalizer) tokenizer.normalizer = before.normalizer;
  if (before.pre_tokenizer instanceof PreTokenizer) tokenizer.pre_tokenizer = before.pre_tokenizer;
  tokenizer.model = model;
  return tokenizer;
}

/** What every kind of tokenizer shares: `@huggingface/tokenizers` turns text into ids, entries and their bytes are our own table. */
export abstract class VocabularyTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
  readonly maskId?: number;
  readonly around: { readonly prefix: readonly number[]; readonly suffix: readonly number[] };
  private readonly withSpecial: LibraryTokenizer;
  private readonly withoutSpecial: LibraryTokenizer;
  private readonly special: ReadonlySet<number>;

  protected constructor(
    private readonly vocabulary: Vocabulary,
    before: BeforeModel,
    model: LibraryTokenizer["model"],
  ) {
    this.vocabularySize = vocabulary.tokens.length;
    this.beginOfTextId = vocabulary.beginOfTextId;
    this.endOfTextId = vocabulary.endOfTextId;
    this.maskId = vocabulary.maskId;
    this.around = { prefix: vocabulary.prefix, suffix: vocabulary.suffix };
    this.special = new Set(vocabulary.addedTokens.filter(({ special }) => special).map(({ id }) => id));
    this.withSpecial = libraryTokenizer(before, vocabulary.addedTokens, model);
    this.withoutSpecial = libraryTokenizer(before, vocabulary.addedTokens.filter(({ special }) => !special), model);
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
    for (let index = 0; index < ids.length; index++) if (!this.isUnused(ids[index])) parts.push(this.bytes(ids[index]));
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
    return this.isUnused(id) ? `<${id}>` : displayBytes(this.bytes(id));
  }

  /** An id below the highest that no token has: its row of the embeddings is near to some vector all the same, and stands for no text. */
  protected isUnused(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.vocabularySize && this.vocabulary.tokens[id] === undefined;
  }

  isSpecial(id: number): boolean {
    return this.special.has(id);
  }
}
