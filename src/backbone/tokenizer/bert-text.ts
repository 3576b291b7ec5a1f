import { Normalizer, PreTokenizer } from "@huggingface/tokenizers";

/** What tokenizer.json says of "BertNormalizer". */
export interface BertNormalization {
  readonly clean_text: boolean;
  readonly handle_chinese_chars: boolean;
  /** As `lowercase` where it is null. */
  readonly strip_accents: boolean | null;
  readonly lowercase: boolean;
}

/**
 * Control characters, marks and punctuation that the Python package tokenizers does not know as such: its tables are
 * those of Unicode 8 (2015), JavaScript's are newer. Ranges run over characters that are none of these.
 */
const newer = String.raw`\u061d\u07fd\u0890-\u08e2\u09fd-\u09fe\u0a76\u0afa-\u0aff\u0b55\u0c04-\u0c3c\u0c77\u0c84\u0d00\u0d3b-\u0d3c\u0d81\u0eba\u0ece\u180f-\u1886\u1abf-\u1aeb\u1b4e-\u1b4f\u1b7d-\u1b7f\u1df6-\u1dfb\u2e43-\u2e5d\ua82c\ua8c5\ua8ff\ua9bd\u{10d24}-\u{10f89}\u{11070}-\u{11074}\u{110c2}-\u{110cd}\u{111c9}\u{111cf}\u{1123e}-\u{11241}\u{1133b}\u{113bb}-\u{1145e}\u{11660}-\u{1166c}\u{116b9}\u{1182f}-\u{11fff}\u{12ff1}-\u{1612f}\u{16d6d}-\u{16f4f}\u{16fe2}-\u{16fe4}\u{1cf00}-\u{1cf46}\u{1e000}-\u{1e6f5}\u{1e944}-\u{1e95f}`;
const control = new RegExp(String.raw`(?![\t\n\r${newer}])[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]`, "gu");
// U+1734 and U+1171E were marks, U+166D and U+111C9 were punctuation then.
const mark = new RegExp(String.raw`(?![${newer}])\p{Mn}|[\u1734\u{1171e}]`, "gu");
const punctuation = new RegExp(String.raw`[!-/:-@[-\x60{-~]|(?![${newer}])\p{P}|[\u166d\u{111c9}]`, "gu");
const chinese = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/**
 * BERT's normalisation as the Python package tokenizers does it, where the library's differs: Chinese characters beyond
 * U+FFFF, white space as Unicode has it, no final sigma, categories as of Unicode 8.
 */
export class BertNormalizer extends Normalizer {
  constructor(private readonly settings: BertNormalization) {
    super({ type: "BertNormalizer", ...settings, strip_accents: settings.strip_accents ?? undefined });
  }

  override normalize(text: string): string {
    const { clean_text, handle_chinese_chars, lowercase, strip_accents } = this.settings;
    let result = text;
    if (clean_text) result = result.replace(control, "").replace(/\p{White_Space}/gu, " ");
    if (handle_chinese_chars) result = result.replace(chinese, " $& ");
    if (strip_accents ?? lowercase) result = result.normalize("NFD").replace(mark, "");
    return lowercase ? result.replaceAll("Σ", "σ").toLowerCase() : result;
  }
}

/** Words without white space, every punctuation mark on its own. */
export class BertPreTokenizer extends PreTokenizer {
  override pre_tokenize_text(text: string): string[] {
    return text
      .replace(punctuation, " $& ")
      .split(/\p{White_Space}+/u)
      .filter((word) => word !== "");
  }
}
