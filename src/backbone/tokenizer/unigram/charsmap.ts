import { tokenizerError } from "../definition.js";

/** The largest known map (nmt_nfkc_cf) has half a megabyte. */
const mostBytes = 8 * 1024 * 1024;

/**
 * SentencePiece's "precompiled charsmap": what certain characters are replaced with before a text is taken apart. A
 * double-array trie over UTF-8 (Yata et al. 2007, as darts-clone writes it) whose values point into a list of texts that
 * end with NUL. The library approximates it by NFKC; this reads the map itself, as the Python tokenizers do.
 */
export class Charsmap {
  private readonly units: Uint32Array;
  private readonly texts: Buffer;
  private readonly known = new Map<string, string | undefined>();

  /** Throws a PromptTuningError of kind "model" for a map that is none. Places that it points to are checked when read. */
  constructor(map: Buffer) {
    const trieBytes = map.length >= 4 ? map.readUInt32LE(0) : 0;
    if (map.length > mostBytes || trieBytes === 0 || trieBytes % 4 !== 0 || trieBytes + 4 > map.length) throw tokenizerError("Its map of normalised characters is damaged.");
    this.units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => map.readUInt32LE(4 + 4 * i));
    this.texts = map.subarray(4 + trieBytes);
  }

  /** The text with everything replaced that the map knows. */
  normalize(text: string): string {
    return text.replace(stretches, (stretch) => (stretch.length === 1 || stretch === "\r\n" ? (this.replacement(stretch) ?? stretch) : this.normalizeStretch(stretch)));
  }

  private normalizeStretch(stretch: string): string {
    let result = "";
    for (const { segment } of graphemes.segment(stretch)) result += this.normalizeGrapheme(segment);
    return result;
  }

  /** As the Python tokenizers: short graphemes as a whole if the map knows how they begin, all else character by character. */
  private normalizeGrapheme(grapheme: string): string {
    const whole = Buffer.byteLength(grapheme) < 6 ? this.replacement(grapheme) : undefined;
    if (whole !== undefined) return whole;
    let result = "";
    for (const character of grapheme) result += this.replacement(character) ?? character;
    return result;
  }

  /** What stands for the shortest beginning that the map knows; undefined where it knows none. */
  private replacement(piece: string): string | undefined {
    if (this.known.has(piece)) return this.known.get(piece);
    const found = this.lookUp(piece);
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.set(piece, found);
    return found;
  }

  private lookUp(piece: string): string | undefined {
    const { units, texts } = this;
    let at = offsetOf(units[0]);
    for (const byte of Buffer.from(piece, "utf8")) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = units[at];
      if (unit === undefined || (unit & 0x8000_00ff) >>> 0 !== byte) return undefined;
      at ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 0) continue;
      const start = (units[at] ?? 0) & 0x7fff_ffff;
      const end = texts.indexOf(0, start);
      return texts.toString("utf8", start, end < 0 ? texts.length : end);
    }
    return undefined;
  }
}

const mostKnown = 50_000;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Graphemes of ASCII are single characters (and "\r\n"), which need no segmenting; others can take one on either side with them. */
const stretches = /[\0-\x7f]?[^\0-\x7f](?:[^\0-\x7f]|[\0-\x7f](?=[^\0-\x7f]))*[\0-\x7f]?|\r\n|[\0-\x7f]/g;

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
