import { z } from "zod";
import { type AddedToken, quotedToken, tokenizerError } from "../definition.js";
import { tokenTypes } from "../gguf-tokens.js";
import { parseSentencePieceFile } from "./sentence-piece-file.js";
import { UnigramTokenizer } from "./unigram-tokenizer.js";

/** tokenizer_config.json of T5: how many tokens <extra_id_0>, ... stand behind the pieces. */
const configurationSchema = z.looseObject({ extra_ids: z.int().min(0).max(10_000).default(100) });

/**
 * The tokenizer of a T5 model's spiece.model, as T5Tokenizer of transformers makes it. Throws a PromptTuningError of kind
 * "model" for other kinds of SentencePiece models, and for damaged ones.
 */
export function createTokenizerFromSentencePiece(bytes: Uint8Array, tokenizerConfigText?: string): UnigramTokenizer {
  const file = parseSentencePieceFile(bytes);
  const refuse = (reason: string) => tokenizerError(reason, "Use a folder that holds the model's tokenizer.json: save_pretrained of transformers writes one.");
  if (file.modelType !== 1) throw refuse(`Its spiece.model is of the kind ${{ 2: "BPE", 3: "word", 4: "character" }[file.modelType] ?? file.modelType}; Unigram is read.`);
  if (!file.addsSpaceBefore || !file.removesExtraSpaces) throw refuse("Its spiece.model keeps spaces in a way that is not supported.");
  const unused = file.pieces.find(({ type }) => type === tokenTypes.unused);
  if (unused) throw refuse(`Its spiece.model has the unused piece ${quotedToken(unused.text)}.`);
  const extra = extraTokens(tokenizerConfigText);
  const tokens = [...file.pieces.map(({ text }) => text), ...extra];
  const addedTokens: AddedToken[] = [];
  tokens.forEach((content, id) => {
    const type = file.pieces[id]?.type ?? tokenTypes.control;
    const special = type === tokenTypes.control || type === tokenTypes.unknown;
    if (special || type === tokenTypes.userDefined) addedTokens.push({ id, content, special, normalized: false });
  });
  if (!(file.endOfTextId >= 0 && file.endOfTextId < file.pieces.length)) throw refuse("Its spiece.model has no token for the end of a text.");
  return new UnigramTokenizer({
    tokens,
    addedTokens,
    scores: file.pieces.map(({ score }) => score),
    unknownId: file.unknownId,
    byteFallback: file.byteFallback,
    charsmap: file.charsmap.length > 0 ? file.charsmap : undefined,
    spaces: "split",
    spaceBefore: "each",
    prefix: [],
    suffix: [file.endOfTextId],
    endOfTextId: file.endOfTextId,
  });
}

/** The last one first, as T5 numbers them. */
function extraTokens(tokenizerConfigText: string | undefined): string[] {
  let count: number;
  try {
    count = configurationSchema.parse(JSON.parse(tokenizerConfigText ?? "{}")).extra_ids;
  } catch (cause) {
    throw tokenizerError("Its tokenizer_config.json cannot be read.", "Download the file again.", cause);
  }
  return Array.from({ length: count }, (_, i) => `<extra_id_${count - 1 - i}>`);
}
