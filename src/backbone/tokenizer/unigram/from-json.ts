import { z } from "zod";
import { maximumVocabulary, quotedToken, tokenizerError, type Vocabulary } from "../definition.js";
import { spaceMark } from "../sentence-piece-bpe.js";
import { type UnigramDefinition, UnigramTokenizer } from "./unigram-tokenizer.js";

type Step = { readonly type: string };

/** The parts of a tokenizer.json that say how a Unigram tokenizer works. */
export interface UnigramJson {
  readonly normalizer?: Step | null;
  readonly pre_tokenizer?: Step | null;
  readonly model: { readonly vocab: unknown; readonly byte_fallback: boolean; readonly unk_id?: number | null };
}

const precompiled = z.looseObject({ type: z.literal("Precompiled"), precompiled_charsmap: z.string().nullish() });
const stripEnd = z.looseObject({ type: z.literal("Strip"), strip_left: z.literal(false), strip_right: z.literal(true) });
const collapse = z.looseObject({ type: z.literal("Replace"), pattern: z.strictObject({ Regex: z.literal(" {2,}") }), content: z.literal(spaceMark) });
const normalizers = z.looseObject({ type: z.literal("Sequence"), normalizers: z.array(z.looseObject({ type: z.string() })).max(8) });
const whitespaceSplit = z.looseObject({ type: z.literal("WhitespaceSplit") });
/** Older files have add_prefix_space instead of prepend_scheme, and no split. */
const metaspace = z.looseObject({
  type: z.literal("Metaspace"),
  replacement: z.literal(spaceMark),
  prepend_scheme: z.enum(["always", "first"]).optional(),
  add_prefix_space: z.literal(true).optional(),
  split: z.literal(true).optional(),
});
const splitters = z.looseObject({ type: z.literal("Sequence"), pretokenizers: z.tuple([whitespaceSplit, metaspace]) });

const entry = z.tuple([z.string(), z.number()]);

/** The pieces of a tokenizer.json's Unigram model with their scores. Throws a PromptTuningError of kind "model". */
export function unigramPieces(vocab: unknown): readonly (readonly [string, number])[] {
  if (!Array.isArray(vocab)) throw tokenizerError("The vocabulary of its Unigram model is not a list.");
  if (vocab.length > maximumVocabulary) throw tokenizerError(`It has ${vocab.length} tokens; at most ${maximumVocabulary} are accepted.`);
  return vocab.map((piece, id) => {
    const parsed = entry.safeParse(piece);
    if (!parsed.success) throw tokenizerError(`Piece ${id} is not a text with a score.`);
    return [parsed.data[0], roundedTwice(parsed.data[1])];
  });
}

/**
 * A number as the Python package's JSON reader (serde_json) understands its decimal form: all digits rounded to a
 * double, then divided by a power of ten, which rounds again. The last bit decides between ways to write a text that
 * are equally probable, as "!" and "!!" before or after each other.
 */
function roundedTwice(value: number): number {
  const [, sign, whole, part] = /^(-?)(\d+)\.(\d{1,22})$/.exec(String(value)) ?? [];
  if (part === undefined) return value;
  const size = Number(whole + part) / 10 ** part.length;
  return sign === "-" ? -size : size;
}

/**
 * The tokenizer of a tokenizer.json whose model is Unigram, from the two ways in which such files are written.
 * Throws a PromptTuningError of kind "model" for any other.
 */
export function unigramFromJson(json: UnigramJson, scores: readonly number[], vocabulary: Vocabulary): UnigramTokenizer {
  const { byte_fallback: byteFallback, unk_id: unknownId } = json.model;
  if (typeof unknownId !== "number") throw tokenizerError("A Unigram model without a token for unknown characters is not supported.", "Use another model.");
  return new UnigramTokenizer({ ...vocabulary, scores, unknownId, byteFallback, ...stepsBefore(json) });
}

function stepsBefore({ normalizer, pre_tokenizer: preTokenizer }: UnigramJson): Pick<UnigramDefinition, "charsmap" | "spaces" | "spaceBefore"> {
  const sequence = normalizers.safeParse(normalizer);
  const steps: readonly Step[] = sequence.success ? sequence.data.normalizers : normalizer ? [normalizer] : [];
  const first = precompiled.safeParse(steps[0]);
  const others = first.success ? steps.slice(1) : steps;
  const charsmap = first.data?.precompiled_charsmap ? Buffer.from(first.data.precompiled_charsmap, "base64") : undefined;
  const collapses = others.length === 2 && stripEnd.safeParse(others[0]).success && collapse.safeParse(others[1]).success;
  const split = splitters.safeParse(preTokenizer);
  const alone = metaspace.safeParse(preTokenizer);
  const space = split.data?.pretokenizers[1] ?? alone.data;
  if (space && ((split.success && others.length === 0) || (alone.success && collapses))) {
    return { charsmap, spaces: split.success ? "split" : "collapse", spaceBefore: space.prepend_scheme === "first" ? "first" : "each" };
  }
  throw tokenizerError(
    `The steps ${quotedToken(steps.map(({ type }) => type).join(", ") || "none")} and ${quotedToken(preTokenizer?.type ?? "none")} before a Unigram model, with these settings, are not supported.`,
    "Use another model.",
  );
}
