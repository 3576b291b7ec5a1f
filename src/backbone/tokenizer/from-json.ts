import { z } from "zod";
import { ByteLevelTokenizer } from "./byte-level-tokenizer.js";
import { maximumAddedTokens, maximumVocabulary, missingByteCharacters, quotedToken, tokenizerError, type AddedToken } from "./definition.js";
import { parseMerge } from "./from-gguf.js";
import { checkJsonLimits } from "./json-limits.js";
import { preTokenizerFromJson } from "./json-pre-tokenizer.js";
import { specialTokensAround } from "./json-post-processor.js";
import { spaceBeforeFromJson } from "./json-sentence-piece.js";
import { SentencePieceTokenizer } from "./sentence-piece-tokenizer.js";
import { wordPieceFromJson } from "./json-word-piece.js";
import type { Tokenizer } from "./tokenizer.js";
import { unigramFromJson, unigramPieces } from "./unigram/from-json.js";

const step = z.looseObject({ type: z.string() });

const addedTokenSchema = z.looseObject({
  id: z.int().min(0).max(maximumVocabulary - 1),
  content: z.string(),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
});

/** tokenizer.json of the Python package tokenizers, as far as byte-level BPE needs it. */
const tokenizerSchema = z.looseObject({
  normalizer: step.nullish(),
  pre_tokenizer: step.nullish(),
  post_processor: step.nullish(),
  decoder: step.nullish(),
  added_tokens: z
    .custom<unknown[]>((value) => Array.isArray(value) && value.length <= maximumAddedTokens, `not a list of at most ${maximumAddedTokens}`)
    .pipe(z.array(addedTokenSchema))
    .default([]),
  model: z.looseObject({
    type: z.string().default("BPE"),
    // Checked below, entry by entry: a schema over a hundred thousand entries would copy them.
    vocab: z.custom<Record<string, unknown> | unknown[]>((value) => typeof value === "object" && value !== null, "vocab is neither an object nor a list"),
    merges: z.custom<unknown[]>(Array.isArray, "merges is not a list").default([]),
    dropout: z.number().nullish(),
    unk_token: z.string().nullish(),
    unk_id: z.int().min(0).nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;

const tokenName = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]).nullish();
/** tokenizer_config.json: only the names of the begin, end and mask tokens are used. */
const configurationSchema = z.looseObject({ bos_token: tokenName, eos_token: tokenName, mask_token: tokenName });

/**
 * The tokenizer of a tokenizer.json (and, for the begin and end tokens, its tokenizer_config.json). Byte-level BPE
 * is supported, which GPT-2, SmolLM, Llama 3, Qwen and most decoders since use, SentencePiece's BPE with byte
 * fallback of Llama 2, Mistral and Gemma, its Unigram of T5, and BERT's WordPiece; whatever else a file asks for is refused by name, never passed over. Patterns of the file are compared with known ones, not run.
 *
 * Throws a PromptTuningError of kind "model".
 */
export function createTokenizerFromJson(tokenizerJsonText: string, tokenizerConfigText?: string): Tokenizer {
  const json = parse(tokenizerJsonText, tokenizerSchema, "tokenizer.json");
  const configuration = tokenizerConfigText === undefined ? undefined : parse(tokenizerConfigText, configurationSchema, "tokenizer_config.json");
  const isUnigram = json.model.type === "Unigram";
  if (!isUnigram) checkModel(json);
  const pieces = isUnigram ? unigramPieces(json.model.vocab) : undefined;
  const tokens = pieces ? withAddedTokens(pieces.map(([piece]) => piece), json) : vocabularyOf(json);
  const common = {
    tokens,
    addedTokens: json.added_tokens.map(addedTokenOf),
    ...specialTokensAround(json.post_processor),
    beginOfTextId: idOf(tokens, configuration?.bos_token, "begin"),
    endOfTextId: idOf(tokens, configuration?.eos_token, "end"),
    maskId: idOf(tokens, configuration?.mask_token, "mask"),
  };
  if (pieces) return unigramFromJson(json, pieces.map(([, score]) => score), common);
  if (json.model.type === "WordPiece") return wordPieceFromJson(json, common);
  const merges = json.model.merges.map(mergeOf);
  if (json.model.byte_fallback) {
    return new SentencePieceTokenizer({ ...common, merging: { by: "pair", merges }, spaceBefore: spaceBeforeFromJson(json) });
  }
  checkUnknownToken(json.model.unk_token, tokens);
  return new ByteLevelTokenizer({
    ...common,
    merges,
    preTokenizer: { ...preTokenizerFromJson(json.normalizer, json.pre_tokenizer), ignoreMerges: json.model.ignore_merges },
  });
}

function idOf(tokens: readonly (string | undefined)[], name: string | null | undefined, what: string): number | undefined {
  if (name === null || name === undefined) return undefined;
  const found = tokens.indexOf(name);
  if (found < 0) throw tokenizerError(`The ${what} token ${quotedToken(name)} is not in the vocabulary.`);
  return found;
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema, what: string): z.infer<Schema> {
  checkJsonLimits(text, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw tokenizerError(`${what} is not JSON.`, "Download the file again.", error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw tokenizerError(`${what} is wrong at ${quotedToken(issue.path.join("."))}: ${issue.message.slice(0, 200)}.`);
}

function checkModel({ model, decoder }: TokenizerJson): void {
  const refuse = (what: string) => tokenizerError(`${what} is not supported; byte-level BPE, SentencePiece BPE with byte fallback, Unigram and WordPiece are.`, "Use another model.");
  if (model.type === "WordPiece") return;
  if (model.type !== "BPE") throw refuse(`The model type ${quotedToken(model.type)}`);
  if (Array.isArray(model.vocab)) throw tokenizerError("model.vocab is a list, as no BPE model has it.");
  if (model.dropout) throw refuse("Dropout of merges");
  if (model.continuing_subword_prefix) throw refuse("A prefix of continuing subwords");
  if (model.end_of_word_suffix) throw refuse("A suffix at the end of words");
  if (model.byte_fallback && model.ignore_merges) throw refuse("Byte fallback together with ignore_merges");
  if (!model.byte_fallback && decoder?.type !== "ByteLevel") throw refuse(decoder ? `The decoder ${quotedToken(decoder.type)}` : "A tokenizer without decoder");
}

/** With an entry for every byte nothing is unknown and the setting has no effect; else it would change the ids. */
function checkUnknownToken(unknown: string | null | undefined, tokens: readonly (string | undefined)[]): void {
  const missing = missingByteCharacters(tokens);
  if (typeof unknown === "string" && missing.length > 0) {
    throw tokenizerError(`A token for unknown characters (${quotedToken(unknown)}) in a vocabulary that lacks ${missing.length} of the 256 bytes is not supported.`, "Use another model.");
  }
}

function vocabularyOf(json: TokenizerJson): (string | undefined)[] {
  const vocab = json.model.vocab as Record<string, unknown>;
  const entries = Object.keys(vocab);
  if (entries.length > maximumVocabulary) throw tokenizerError(`It has ${entries.length} tokens; at most ${maximumVocabulary} are accepted.`);
  const tokens: (string | undefined)[] = [];
  for (const token of entries) putToken(tokens, token, vocab[token]);
  return withAddedTokens(tokens, json);
}

function withAddedTokens(tokens: (string | undefined)[], { added_tokens }: TokenizerJson): (string | undefined)[] {
  for (const { content, id } of added_tokens) putToken(tokens, content, id);
  return tokens;
}

function putToken(tokens: (string | undefined)[], token: string, at: unknown): void {
  if (!Number.isInteger(at) || (at as number) < 0 || (at as number) >= maximumVocabulary) {
    throw tokenizerError(`The token ${quotedToken(token)} has an impossible id.`);
  }
  while (tokens.length <= (at as number)) tokens.push(undefined);
  const present = tokens[at as number];
  if (present !== undefined && present !== token) {
    throw tokenizerError(`The tokens ${quotedToken(present)} and ${quotedToken(token)} have the same id, ${at as number}.`);
  }
  tokens[at as number] = token;
}

function mergeOf(merge: unknown, rank: number): readonly [string, string] {
  if (typeof merge === "string") return parseMerge(merge, rank);
  if (Array.isArray(merge) && merge.length === 2 && typeof merge[0] === "string" && typeof merge[1] === "string") {
    return [merge[0], merge[1]];
  }
  throw tokenizerError(`Merge ${rank + 1} is neither a text nor a pair of texts.`);
}

function addedTokenOf(token: TokenizerJson["added_tokens"][number]): AddedToken {
  const { id: at, content, special, normalized = !special, lstrip, rstrip } = token;
  if (token.single_word) throw tokenizerError(`The added token ${quotedToken(content)} takes word boundaries into account, which is not supported.`, "Use another model.");
  return { id: at, content, special, normalized, lstrip, rstrip };
}
