import { BPE } from "@huggingface/tokenizers";
import { byteCharacters } from "./byte-level.js";
import { PieceCache } from "./piece-cache.js";

/**
 * The library's byte pair encoding with the step from a piece of text to byte characters before it, and one cache
 * over both.
 */
export class CachedBpe extends BPE {
  private readonly cached = new PieceCache((piece) => super.encode([this.byteLevel(piece)]));
  /** Character of each byte, "" for a byte without vocabulary entry: it is dropped before merging. */
  private readonly characters: readonly string[];

  /**
   * @param vocabulary entry → id; handed over as the Map it is, which saves the library making two more of it
   * @param merges pairs by rank
   */
  constructor(vocabulary: Map<string, number>, merges: readonly (readonly [string, string])[], ignoreMerges: boolean) {
    super({ type: "BPE", vocab: {}, merges: merges as [string, string][], ignore_merges: ignoreMerges });
    this.tokens_to_ids = vocabulary;
    this.max_length_to_cache = 0;
    this.characters = byteCharacters.map((character) => (vocabulary.has(character) ? character : ""));
  }

  /** Vocabulary entries of pieces of text. */
  override encode(pieces: string[]): string[] {
    const result: string[] = [];
    for (const piece of pieces) for (const entry of this.cached.entries(piece)) result.push(entry);
    return result;
  }

  private byteLevel(piece: string): string {
    let text = "";
    for (const byte of Buffer.from(piece, "utf8")) text += this.characters[byte];
    return text;
  }
}
