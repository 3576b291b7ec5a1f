import { z } from "zod";
import type { AnswerSlot } from "../../tasks/template.js";

/** A template with its verbalizer, as a person is writing it. */
export const templateSettingSchema = z.object({
  template: z.string().max(100_000),
  answer: z.enum(["label", "output", "tags"] satisfies AnswerSlot[]),
  /** Empty where the answer is a text. */
  verbalizer: z.array(z.object({ label: z.string(), words: z.string().max(10_000) })).max(1000),
  /** Slot → most tokens. */
  maxTokens: z.record(z.string(), z.int().min(1).max(1_000_000)),
});
export type TemplateSetting = z.infer<typeof templateSettingSchema>;

export const templatePreviewSchema = z.object({
  problems: z.array(z.object({ message: z.string(), offset: z.int(), length: z.int(), severity: z.enum(["error", "warning"]) })),
  /** Why no row can be encoded, though the template can be read. */
  refused: z.object({ message: z.string(), reason: z.string().optional(), advice: z.string().optional() }).nullable(),
  virtualTokens: z.int(),
  /** Slots of the template that take texts. */
  columns: z.array(z.string()),
  contextLength: z.int(),
  labels: z.array(z.object({ label: z.string(), tokens: z.array(z.string()) })),
  clashes: z.array(z.object({ kind: z.enum(["same-tokens", "begins-another", "same-first-token"]), labels: z.tuple([z.string(), z.string()]), shared: z.array(z.string()) })),
  rows: z.array(
    z.object({
      row: z.int(),
      /** As a person reads them; a virtual token by its number. The first 600. */
      tokens: z.array(z.union([z.object({ virtual: z.int() }), z.object({ text: z.string() })])),
      count: z.int(),
      cutByMaximum: z.int(),
      cutByContext: z.int(),
      answer: z.array(z.string()),
      /** False: the row's label is not in the verbalizer. */
      knownAnswer: z.boolean(),
    }),
  ),
});
export type TemplatePreview = z.infer<typeof templatePreviewSchema>;
