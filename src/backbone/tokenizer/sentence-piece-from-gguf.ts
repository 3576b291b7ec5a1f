import { metadataBoolean, metadataNumber, metadataNumbers, metadataStrings, type GgufMetadata } from "../gguf/metadata.js";
import { maximumVocabulary, tokenizerError, type AddedToken } from "./definition.js";
import { required, tokenTypes } from "./gguf-tokens.js";
import { spaceMark } from "./sentence-piece-bpe.js";
import { SentencePieceTokenizer } from "./sentence-piece-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The SentencePiece tokenizer of a GGUF file: `tokenizer.ggml.model` "llama". Pieces are merged by score; control
 * tokens, bytes and unused ones never are. Throws a PromptTuningError of kind "model".
 */
export function createSentencePieceFromGguf(metadata: GgufMetadata): Tokenizer {
  const stored = metadataStrings(metadata, "tokenizer.ggml.tokens") ?? [];
  if (stored.length > maximumVocabulary) throw tokenizerError(`It has ${stored.length} tokens; at most ${maximumVocabulary} are accepted.`);
  const scores = metadataNumbers(metadata, "tokenizer.ggml.scores");
  const types = metadataNumbers(metadata, "tokenizer.ggml.token_type");
  if (!scores || !types || scores.length !== stored.length || types.length !== stored.length) {
    throw tokenizerError(`It has ${stored.length} tokens, but ${scores?.length ?? 0} scores and ${types?.length ?? 0} token types.`);
  }
  // llama.cpp's converter writes runs of spaces that a model defines as tokens with spaces instead of marks.
  const tokens = stored.map((token, id) => (Number(types[id]) === tokenTypes.userDefined ? token.replaceAll(" ", spaceMark) : token));
  const ranks = new Map<string, number>();
  const addedTokens: AddedToken[] = [];
  tokens.forEach((content, id) => {
    const type = Number(types[id]);
    const special = type === tokenTypes.control || type === tokenTypes.unknown;
    if (type === tokenTypes.normal) ranks.set(content, rankOf(Number(scores[id]), id));
    // What a model defines goes before all else, the longest first: their scores say nothing.
    if (type === tokenTypes.userDefined) ranks.set(content, -1e9 - content.length);
    if ((special || type === tokenTypes.userDefined) && content !== "") addedTokens.push({ id, content, special, normalized: false });
  });
  const beginOfTextId = metadataNumber(metadata, "tokenizer.ggml.bos_token_id");
  const endOfTextId = metadataNumber(metadata, "tokenizer.ggml.eos_token_id");
  const addBegin = metadataBoolean(metadata, "tokenizer.ggml.add_bos_token") ?? true; // llama.cpp's defaults
  const addEnd = metadataBoolean(metadata, "tokenizer.ggml.add_eos_token") ?? false;
  return new SentencePieceTokenizer({
    tokens,
    merging: { by: "piece", ranks },
    addedTokens,
    spaceBefore: (metadataBoolean(metadata, "tokenizer.ggml.add_space_prefix") ?? true) ? "each" : "never",
    prefix: addBegin ? [required(beginOfTextId, "begin")] : [],
    suffix: addEnd ? [required(endOfTextId, "end")] : [],
    beginOfTextId,
    endOfTextId,
  });
}

/** The higher the score, the earlier. A score that is no number, or beyond all vocabularies, is a damaged file. */
function rankOf(score: number, id: number): number {
  if (Math.abs(score) <= 1e8) return -score;
  throw tokenizerError(`The score of token ${id} is ${score}.`);
}
