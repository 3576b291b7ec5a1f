import { BPE } from "@huggingface/tokenizers";
import { PieceCache } from "./piece-cache.js";

/** Which neighbours are merged first: by pair, as tokenizer.json lists them, or by the piece that they make. */
export type PieceMerging =
  /** Rank of a piece: the lower, the earlier. */
  | { readonly by: "piece"; readonly ranks: ReadonlyMap<string, number> }
  | { readonly by: "pair"; readonly merges: readonly (readonly [string, string])[] };

/** What SentencePiece writes for a space. */
export const spaceMark = "\u2581";
const bytePiece = /^<0x([0-9A-F]{2})>$/;

/** The bytes that a piece stands for, where "<0x41>" is a byte and a mark a space. */
export function bytesOfPiece(piece: string): Uint8Array {
  const byte = bytePiece.exec(piece);
  return byte ? Uint8Array.of(parseInt(byte[1], 16)) : Buffer.from(piece.replaceAll(spaceMark, " "), "utf8");
}

/** Between a word and the space before the next one. */
const wordEnd = new RegExp(`(?<=[^${spaceMark}])(?=${spaceMark})`, "u");

/** Gemma 3 has one. With many, looking for them would cost more than it saves. */
const mostCrossing = 32;

/** The library's byte pair encoding over characters, with bytes for what the vocabulary lacks. */
export class SentencePieceBpe extends BPE {
  private readonly cached = new PieceCache((piece) => super.encode([piece]));
  /** The entries that reach from one word into the next. Where a text holds none, words are taken apart, and kept, one by one. */
  private readonly crossing: readonly string[];

  /** @param vocabulary entry → id; handed over as the Map it is, which saves the library making two more of it */
  constructor(vocabulary: Map<string, number>, merging: PieceMerging) {
    super({ type: "BPE", vocab: {}, merges: (merging.by === "pair" ? merging.merges : []) as [string, string][], byte_fallback: true, ignore_merges: false });
    this.tokens_to_ids = vocabulary;
    this.max_length_to_cache = 0;
    this.crossing = [...vocabulary.keys()].filter((entry) => wordEnd.test(entry));
    if (merging.by === "piece") this.bpe_ranks = new RanksOfPieces(merging.ranks);
  }

  /** Vocabulary entries of pieces of text. */
  override encode(pieces: string[]): string[] {
    const result: string[] = [];
    for (const piece of pieces) {
      const whole = this.crossing.length > mostCrossing || this.crossing.some((entry) => piece.includes(entry));
      for (const word of whole ? [piece] : piece.split(wordEnd)) for (const entry of this.cached.entries(word)) result.push(entry);
    }
    return result;
  }
}

/**
 * The library looks pairs up by their JSON. SentencePiece files give every piece a score instead of listing merges: a
 * pair ranks as the piece that it makes. Written out, Gemma's merges would be 514,906 pairs.
 */
class RanksOfPieces extends Map<string, number> {
  constructor(private readonly ranks: ReadonlyMap<string, number>) {
    super();
  }

  override get(pair: string): number | undefined {
    const [left, right] = JSON.parse(pair) as [string, string];
    return this.ranks.get(left + right);
  }
}
