import { z } from "zod";
import { quotedToken, tokenizerError } from "./definition.js";
import { spaceMark } from "./sentence-piece-bpe.js";
import type { SentencePieceDefinition } from "./sentence-piece-tokenizer.js";

type Step = { readonly type: string };
type SpaceBefore = SentencePieceDefinition["spaceBefore"];

const marks = z.looseObject({ type: z.literal("Replace"), pattern: z.strictObject({ String: z.literal(" ") }), content: z.literal(spaceMark) });
const prepend = z.looseObject({ type: z.literal("Prepend"), prepend: z.literal(spaceMark) });
const both = z.looseObject({ type: z.literal("Sequence"), normalizers: z.tuple([prepend, marks]) });
/** Gemma's: after the normaliser no space is left to split at. */
const splitAtSpaces = z.looseObject({ type: z.literal("Split"), pattern: z.strictObject({ String: z.literal(" ") }) });
const metaspace = z.looseObject({ type: z.literal("Metaspace"), replacement: z.literal(spaceMark), prepend_scheme: z.enum(["first", "never"]), split: z.literal(false) });

/**
 * Where the "normalizer" and "pre_tokenizer" of a SentencePiece tokenizer.json put a space, from the three ways in
 * which such files are written. Throws a PromptTuningError of kind "model" for any other.
 */
export function spaceBeforeFromJson({ normalizer, pre_tokenizer: preTokenizer }: { readonly normalizer?: Step | null; readonly pre_tokenizer?: Step | null }): SpaceBefore {
  const splitsNothing = !preTokenizer || splitAtSpaces.safeParse(preTokenizer).success;
  if (splitsNothing && both.safeParse(normalizer).success) return "each";
  if (splitsNothing && marks.safeParse(normalizer).success) return "never";
  const parsed = metaspace.safeParse(preTokenizer);
  if (!normalizer && parsed.success) return parsed.data.prepend_scheme;
  throw tokenizerError(
    `The steps ${quotedToken(normalizer?.type ?? "none")} and ${quotedToken(preTokenizer?.type ?? "none")} before SentencePiece merging, with these settings, are not supported.`,
    "Use another model.",
  );
}
