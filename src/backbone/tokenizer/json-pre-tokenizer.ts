import { z } from "zod";
import { quotedToken, tokenizerError } from "./definition.js";
import { byteLevelSplit, digitSplits, knownSplit, type PreTokenizer, type SplitStep } from "./pre-tokenizers.js";

type Step = { readonly type: string };

const sequence = z.looseObject({ pretokenizers: z.array(z.looseObject({ type: z.string() })).max(32) });
const digits = z.looseObject({ individual_digits: z.boolean().default(false) });
const split = z.looseObject({
  pattern: z.looseObject({ Regex: z.string() }),
  behavior: z.literal("Isolated"),
  invert: z.literal(false).default(false),
});
const byteLevel = z.looseObject({ add_prefix_space: z.literal(false), use_regex: z.boolean().default(true) });

function unsupported(what: string): Error {
  return tokenizerError(`${what} is not supported.`, "Use another model.");
}

function read<Schema extends z.ZodType>(schema: Schema, step: Step): z.infer<Schema> {
  const parsed = schema.safeParse(step);
  if (parsed.success) return parsed.data;
  throw unsupported(`The splitting step ${quotedToken(step.type)} with this setting of ${quotedToken(parsed.error.issues[0].path.join("."))}`);
}

/**
 * The splits that "normalizer" and "pre_tokenizer" of a tokenizer.json ask for. The last step must be ByteLevel.
 * Throws a PromptTuningError of kind "model" that names a step that is not supported.
 */
export function preTokenizerFromJson(normalizer: Step | null | undefined, preTokenizer: Step | null | undefined): PreTokenizer {
  if (!preTokenizer) throw unsupported("A tokenizer that does not split texts");
  const steps = preTokenizer.type === "Sequence" ? read(sequence, preTokenizer).pretokenizers : [preTokenizer];
  const last = steps.at(-1);
  if (last?.type !== "ByteLevel") throw unsupported(`A tokenizer whose last splitting step is ${quotedToken(last?.type ?? "absent")} instead of "ByteLevel"`);
  const splits: SplitStep[] = steps.slice(0, -1).map(splitOf);
  if (read(byteLevel, last).use_regex) splits.push(byteLevelSplit);
  return { splits, normalization: normalizationOf(normalizer) };
}

function splitOf(step: Step): SplitStep {
  if (step.type === "Digits") return read(digits, step).individual_digits ? digitSplits.individual : digitSplits.groups;
  if (step.type !== "Split") throw unsupported(`The splitting step ${quotedToken(step.type)}`);
  const { Regex } = read(split, step).pattern;
  const known = knownSplit(Regex);
  if (known) return known;
  throw tokenizerError(
    `It splits texts with a regular expression that is not known: ${quotedToken(Regex)}. Expressions from files are not run, since one can be made to take for ever.`,
    "Use another model.",
  );
}

function normalizationOf(normalizer: Step | null | undefined): "NFC" | undefined {
  if (!normalizer) return undefined;
  if (normalizer.type === "NFC") return "NFC";
  throw unsupported(`The normaliser ${quotedToken(normalizer.type)}`);
}
