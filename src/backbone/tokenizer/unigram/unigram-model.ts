import { Unigram } from "@huggingface/tokenizers";
import { PieceCache } from "../piece-cache.js";

export interface UnigramPieces {
  /** Pieces with their log-probabilities, by id. */
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly unknownId: number;
  /** Whether what no piece covers becomes the pieces "<0x00>" to "<0xFF>" of its bytes. */
  readonly byteFallback: boolean;
  /** Ids that no text may be taken apart into: control tokens stand in every vocabulary, and a text could spell them. */
  readonly control: ReadonlySet<number>;
}

/**
 * The library's Unigram model: the most probable way to write a text as pieces (Kudo 2018). Neighbours that no piece
 * covers are one unknown piece, within a word.
 */
export class UnigramModel extends Unigram {
  private readonly cached = new PieceCache((word) => this.takeApart(word));
  private readonly byteFallback: boolean;

  constructor({ pieces, unknownId, byteFallback, control }: UnigramPieces) {
    // Texts hold no lone surrogates (see VocabularyTokenizer.encode), so nothing in them is such an entry.
    super({ type: "Unigram", vocab: pieces.map(([piece, score], id): [string, number] => [control.has(id) ? `\ud800${id}` : piece, score]), unk_id: unknownId }, "");
    this.fuse_unk = false;
    this.byteFallback = byteFallback;
  }

  /** Vocabulary entries of words; what is none stands for the unknown token. */
  override encode(words: string[]): string[] {
    const result: string[] = [];
    for (const word of words) for (const entry of this.cached.entries(word)) result.push(entry);
    return result;
  }

  private takeApart(word: string): string[] {
    const entries: string[] = [];
    let unknown = "";
    const endUnknown = (): void => {
      if (unknown !== "") entries.push(...this.unknownEntries(unknown));
      unknown = "";
    };
    for (const piece of this.tokenize(word)) {
      if (this.tokens_to_ids.has(piece)) {
        endUnknown();
        entries.push(piece);
      } else unknown += piece;
    }
    endUnknown();
    return entries;
  }

  private unknownEntries(text: string): string[] {
    const bytes = this.byteFallback ? Array.from(Buffer.from(text, "utf8"), bytePiece) : [];
    return bytes.length > 0 && bytes.every((piece) => this.tokens_to_ids.has(piece)) ? bytes : [text];
  }
}

function bytePiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
