import { z } from "zod";
import { quotedToken, tokenizerError } from "./definition.js";

type Step = { readonly type: string };

const sequence = z.looseObject({ processors: z.array(z.looseObject({ type: z.string() })).max(32) });
const piece = z.union([
  z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
  z.looseObject({ Sequence: z.looseObject({ id: z.string() }) }),
]);
const template = z.looseObject({
  single: z.array(piece).max(64),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int()).max(64) })),
});

const pairOf = z.tuple([z.string(), z.int()]);
/** BERT's and RoBERTa's older form: one token in front, one behind. */
const pair = z.looseObject({ type: z.enum(["BertProcessing", "RobertaProcessing"]), cls: pairOf, sep: pairOf });

/** Ids before and after a text. */
export interface SpecialTokensAround {
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
}

/**
 * What the "post_processor" of a tokenizer.json puts around a single text. ByteLevel only moves offsets and adds
 * nothing. Throws a PromptTuningError of kind "model" for another step.
 */
export function specialTokensAround(processor: Step | null | undefined): SpecialTokensAround {
  if (!processor || processor.type === "ByteLevel") return { prefix: [], suffix: [] };
  if (processor.type === "Sequence") {
    const parsed = sequence.safeParse(processor);
    if (!parsed.success) throw wrong(processor);
    const steps = parsed.data.processors.filter(({ type }) => type !== "ByteLevel");
    if (steps.length > 1 || steps[0]?.type === "Sequence") throw wrong(processor);
    return specialTokensAround(steps[0]);
  }
  const around = pair.safeParse(processor);
  if (around.success) return { prefix: [around.data.cls[1]], suffix: [around.data.sep[1]] };
  if (processor.type !== "TemplateProcessing") throw wrong(processor);
  const parsed = template.safeParse(processor);
  if (!parsed.success) throw wrong(processor);
  return fromTemplate(parsed.data);
}

function fromTemplate({ single, special_tokens }: z.infer<typeof template>): SpecialTokensAround {
  const prefix: number[] = [];
  const suffix: number[] = [];
  const specialTokens = new Map(Object.entries(special_tokens));
  let texts = 0;
  for (const part of single) {
    if (!("SpecialToken" in part)) {
      texts++;
      continue;
    }
    const name = (part.SpecialToken as { id: string }).id;
    const special = specialTokens.get(name);
    if (!special) throw tokenizerError(`Its template uses the token ${quotedToken(name)}, but does not define it.`);
    (texts === 0 ? prefix : suffix).push(...special.ids);
  }
  if (texts !== 1) throw tokenizerError(`Its template holds the text ${texts} times instead of once.`);
  return { prefix, suffix };
}

function wrong({ type }: Step): Error {
  return tokenizerError(`The step ${quotedToken(type)} that adds tokens around a text is not supported.`, "Use another model.");
}
