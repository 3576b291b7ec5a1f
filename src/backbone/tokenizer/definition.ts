import { PromptTuningError } from "../../common/errors.js";
import { byteCharacters } from "./byte-level.js";
import type { PreTokenizer } from "./pre-tokenizers.js";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** A control token: `allowSpecial: false` leaves it as text. */
  readonly special: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
  /** Whether white space before or behind it belongs to it. */
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

/** What every tokenizer has, however it cuts a text. */
export interface Vocabulary {
  /** Entries by id, as the file writes them; undefined where an id is not used. */
  readonly tokens: readonly (string | undefined)[];
  readonly addedTokens: readonly AddedToken[];
  /** Ids that `addSpecialTokens` puts before and after a text. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly beginOfTextId?: number;
  readonly endOfTextId?: number;
  readonly maskId?: number;
}

/** Everything about a byte-level BPE tokenizer, whatever file it came from. */
export interface TokenizerDefinition extends Vocabulary {
  /** Pairs by rank. */
  readonly merges: readonly (readonly [string, string])[];
  readonly preTokenizer: PreTokenizer;
}

// The largest known tokenizers have 262,144 tokens and 514,906 merges.
export const maximumVocabulary = 300_000;
export const maximumMerges = 600_000;
export const maximumTokenLength = 4096;
export const maximumAddedTokens = 20_000;
/** The library keeps an object of some 400 bytes for each character of each added token. */
const maximumAddedCharacters = 100_000;

export function tokenizerError(reason: string, advice = "Use the tokenizer of the model's own publisher.", cause?: unknown): PromptTuningError {
  return new PromptTuningError("model", "The model's tokenizer cannot be used.", { reason, advice, cause });
}

/** A text out of a tokenizer file, cut and escaped so that it is harmless in a message. */
export function quotedToken(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(shown).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/**
 * Parts and result of every merge must be vocabulary entries (the Python tokenizers refuse others too), ids in
 * range, contents not empty and not twice. Throws a PromptTuningError of kind "model".
 *
 * @returns the vocabulary by content
 */
export function checkDefinition(definition: TokenizerDefinition): Map<string, number> {
  const { tokens, merges } = definition;
  const ids = checkVocabulary(tokens);
  checkMerges(merges, ids);
  checkAddedTokens(definition);
  const missing = missingByteCharacters(tokens);
  if (missing.length > 0 && definition.preTokenizer.ignoreMerges) {
    throw tokenizerError(`Its vocabulary lacks ${missing.length} of the 256 bytes, which cannot go together with "ignore_merges".`);
  }
  return ids;
}

/** The vocabulary by content. */
export function checkVocabulary(tokens: TokenizerDefinition["tokens"]): Map<string, number> {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) continue;
    if (token === "") throw tokenizerError(`Token ${id} is empty.`);
    if (token.length > maximumTokenLength) throw tokenizerError(`Token ${id} is ${token.length} characters long.`);
    if (ids.has(token)) throw tokenizerError(`The token ${quotedToken(token)} occurs twice, as ${ids.get(token)} and ${id}.`);
    ids.set(token, id);
  }
  if (ids.size === 0) throw tokenizerError("Its vocabulary is empty.");
  return ids;
}

export function checkMerges(merges: TokenizerDefinition["merges"], ids: ReadonlyMap<string, number>): void {
  if (merges.length > maximumMerges) throw tokenizerError(`It has ${merges.length} merges; at most ${maximumMerges} are accepted.`);
  for (const [rank, [left, right]] of merges.entries()) {
    if (left === "" || right === "" || !ids.has(left) || !ids.has(right) || !ids.has(left + right)) {
      throw tokenizerError(`Merge ${rank + 1} (${quotedToken(left)} and ${quotedToken(right)}) is not made of vocabulary entries.`);
    }
  }
}

/** Added tokens must be vocabulary entries, and the ids around texts must exist. */
export function checkAddedTokens({ tokens, addedTokens, prefix, suffix, beginOfTextId, endOfTextId }: Vocabulary): void {
  if (addedTokens.length > maximumAddedTokens) throw tokenizerError(`It has ${addedTokens.length} added tokens; at most ${maximumAddedTokens} are accepted.`);
  const characters = addedTokens.reduce((sum, { content }) => sum + content.length, 0);
  if (characters > maximumAddedCharacters) throw tokenizerError(`Its added tokens have ${characters} characters; at most ${maximumAddedCharacters} are accepted.`);
  for (const added of addedTokens) {
    if (tokens[added.id] !== added.content) throw tokenizerError(`The added token ${quotedToken(added.content)} is not entry ${added.id} of the vocabulary.`);
  }
  for (const id of [...prefix, ...suffix, beginOfTextId ?? 0, endOfTextId ?? 0]) {
    if (!Number.isInteger(id) || id < 0 || id >= tokens.length) throw tokenizerError(`It uses token ${id}, but has ${tokens.length} tokens.`);
  }
}

/** Characters of bytes that have no vocabulary entry. SmolLM2 lacks 21 (control characters that its training data never held). */
export function missingByteCharacters(tokens: readonly (string | undefined)[]): readonly string[] {
  const missing = new Set(byteCharacters);
  for (const token of tokens) if (token !== undefined) missing.delete(token);
  return [...missing];
}
