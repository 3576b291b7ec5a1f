import { metadataBoolean, metadataNumber, metadataNumbers, metadataStrings, metadataText, type GgufMetadata } from "../gguf/metadata.js";
import { ByteLevelTokenizer } from "./byte-level-tokenizer.js";
import { maximumVocabulary, quotedToken, tokenizerError, type AddedToken } from "./definition.js";
import { preTokenizerByGgufName, supportedGgufPreTokenizers, type PreTokenizer } from "./pre-tokenizers.js";
import { required, tokenTypes } from "./gguf-tokens.js";
import { createSentencePieceFromGguf } from "./sentence-piece-from-gguf.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The tokenizer that a GGUF file describes in its own metadata (`tokenizer.ggml.*`, ggml/docs/gguf.md). It gives
 * the ids of the model's tokenizer.json. Throws a PromptTuningError of kind "model" that names what is missing or
 * not supported.
 */
export function createTokenizerFromGguf(metadata: GgufMetadata): Tokenizer {
  const model = metadataText(metadata, "tokenizer.ggml.model");
  if (model === "llama") return createSentencePieceFromGguf(metadata);
  if (model !== "gpt2") {
    throw tokenizerError(
      model === undefined ? "The GGUF file holds no tokenizer." : `Its kind is ${quotedToken(model)}; of GGUF files "gpt2" (byte-level BPE) and "llama" (SentencePiece) are supported.`,
      "Use a model with such a tokenizer, for example smollm2-135m-instruct.",
    );
  }
  const tokens = metadataStrings(metadata, "tokenizer.ggml.tokens") ?? [];
  if (tokens.length > maximumVocabulary) throw tokenizerError(`It has ${tokens.length} tokens; at most ${maximumVocabulary} are accepted.`);
  const preTokenizer = preTokenizerOf(metadata);
  const beginOfTextId = metadataNumber(metadata, "tokenizer.ggml.bos_token_id");
  const endOfTextId = metadataNumber(metadata, "tokenizer.ggml.eos_token_id");
  const addBegin = metadataBoolean(metadata, "tokenizer.ggml.add_bos_token") ?? preTokenizer.addBeginOfText ?? false;
  const addEnd = metadataBoolean(metadata, "tokenizer.ggml.add_eos_token") ?? false;
  return new ByteLevelTokenizer({
    tokens,
    merges: (metadataStrings(metadata, "tokenizer.ggml.merges") ?? []).map(parseMerge),
    addedTokens: addedTokensOf(metadata, tokens),
    preTokenizer,
    prefix: addBegin ? [required(beginOfTextId, "begin")] : [],
    suffix: addEnd ? [required(endOfTextId, "end")] : [],
    beginOfTextId,
    endOfTextId,
  });
}

function preTokenizerOf(metadata: GgufMetadata): PreTokenizer {
  const name = metadataText(metadata, "tokenizer.ggml.pre") ?? "default";
  const preTokenizer = preTokenizerByGgufName(name);
  if (!preTokenizer) {
    throw tokenizerError(
      `Its way of splitting texts is ${quotedToken(name)}; supported are ${supportedGgufPreTokenizers.join(", ")}.`,
      "Use another model.",
    );
  }
  return preTokenizer;
}

/** "left right", with exactly one space (byte-level entries hold none). */
export function parseMerge(merge: string, rank: number): readonly [string, string] {
  const parts = merge.split(" ");
  if (parts.length !== 2) throw tokenizerError(`Merge ${rank + 1} (${quotedToken(merge)}) is not two entries with one space between.`);
  return [parts[0], parts[1]];
}

/** Tokens that are looked for in the text as a whole, as llama.cpp's cache of special tokens. */
function addedTokensOf(metadata: GgufMetadata, tokens: readonly string[]): AddedToken[] {
  const types = metadataNumbers(metadata, "tokenizer.ggml.token_type");
  if (!types) return [];
  if (types.length !== tokens.length) throw tokenizerError(`It has ${tokens.length} tokens, but ${types.length} token types.`);
  const added: AddedToken[] = [];
  tokens.forEach((content, id) => {
    const type = Number(types[id]);
    const special = type === tokenTypes.control || type === tokenTypes.unknown;
    if (special || type === tokenTypes.userDefined) added.push({ id, content, special, normalized: false });
  });
  return added;
}
