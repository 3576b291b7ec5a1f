import { z } from "zod";
import { quotedToken, tokenizerError, type Vocabulary } from "./definition.js";
import { WordPieceTokenizer } from "./word-piece-tokenizer.js";

type Step = { readonly type: string };

const normalizer = z.looseObject({
  type: z.literal("BertNormalizer"),
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullable().default(null),
  lowercase: z.boolean().default(true),
});
const model = z.looseObject({
  unk_token: z.string().default("[UNK]"),
  continuing_subword_prefix: z.string().min(1).default("##"),
  max_input_chars_per_word: z.int().min(1).max(1000).default(100),
});

export interface WordPieceJson {
  readonly normalizer?: Step | null;
  readonly pre_tokenizer?: Step | null;
  readonly model: unknown;
}

/** A WordPiece tokenizer from the parts of its tokenizer.json. Throws a PromptTuningError of kind "model" for steps other than BERT's. */
export function wordPieceFromJson(json: WordPieceJson, vocabulary: Vocabulary): WordPieceTokenizer {
  const normalization = normalizer.safeParse(json.normalizer);
  const parsed = model.safeParse(json.model);
  if (!normalization.success || json.pre_tokenizer?.type !== "BertPreTokenizer" || !parsed.success) {
    throw tokenizerError(
      `WordPiece after the steps ${quotedToken(json.normalizer?.type ?? "none")} and ${quotedToken(json.pre_tokenizer?.type ?? "none")}, with these settings, is not supported; after "BertNormalizer" and "BertPreTokenizer" it is.`,
      "Use another model.",
    );
  }
  const { unk_token, continuing_subword_prefix, max_input_chars_per_word } = parsed.data;
  return new WordPieceTokenizer({ ...vocabulary, normalization: normalization.data, unknownToken: unk_token, prefixOfPieces: continuing_subword_prefix, longestWord: max_input_chars_per_word });
}
