import { z } from "zod";
import { poolings } from "../tasks/task-facts.js";

const slots = "Text with slots: {soft:20} for 20 virtual tokens, {column} for a text of the row (as many as you like), {context} for retrieved passages,";
const braces = "Braces in the text are doubled.";

/** What every task has: how a row becomes a text that fits. */
const rowSettings = {
  maxTokens: z.record(z.string(), z.int().min(1).max(1_000_000)).default({}).describe("Slot → most tokens it may take; longer texts are cut at the end."),
  maxRowTokens: z.int().min(2).max(1_000_000).optional().describe("Most tokens of a whole row up to the answer, the virtual ones among them. The backbone's context when absent."),
  cut: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Slots that lose tokens from their end where a row is too long, the first one first; no other slot is ever cut. When absent, the longest is cut. Retrieved passages ({context}) are always left out before."),
  context: z
    .strictObject({
      maxPassages: z.int().min(1).max(1000).optional().describe("Use at most so many passages of a row, the first ones."),
      separator: z.string().min(1).default("\n").describe("Stands between two passages."),
    })
    .optional()
    .describe("How the passages of {context} are used. Its column holds a JSON list of passages or one text, and may be empty; whole passages are left out from the last one on until the row fits."),
};

export const taskSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("classification").describe("The answer is one of a few labels; of one text, or of a pair such as a passage and a question."),
    template: z.string().describe(`${slots} {label} where the answer is scored (at the end when it is not written), or {mask} where an encoder guesses it. ${braces}`),
    verbalizer: z.record(z.string(), z.string()).optional().describe("Label → words. Without it the labels themselves, after a space."),
    head: z.enum(["verbalizer", "linear"]).default("verbalizer").describe("linear: a light head trained with the prompt, instead of words."),
    pooling: z.enum(poolings).optional().describe("What a light head reads of an encoder: the mean of all positions (when absent), the first position (cls), the largest value of each dimension (max), or what the model's own pooler makes of the first position."),
    ...rowSettings,
  }),
  z.strictObject({
    type: z.literal("generation").describe("The answer is a text."),
    template: z.string().describe(`${slots} {output} where the answer begins (at the end when it is not written). ${braces}`),
    maxNewTokens: z.int().min(1).max(1024).default(64).describe("Most tokens of an answer; longer reference texts are cut in training."),
    ...rowSettings,
  }),
  z.strictObject({
    type: z.literal("sequence-labelling").describe("Spans of the row's words are found and typed: names, slots. The data has a column of words and one of BIO tags, as JSON lists or separated by spaces."),
    template: z.string().describe(`${slots} {tokens} for the words, {tags} where the answer begins (at the end when it is not written). ${braces}`),
    verbalizer: z.record(z.string(), z.string()).optional().describe("Type of a span → how the answer writes it. Without it the types themselves."),
    target: z
      .enum(["spans", "tags"])
      .default("spans")
      .describe("What the backbone writes. spans: “location: Empire State Building; person: Ann”. tags: one tag a word, “O B-location I-location”."),
    maxNewTokens: z.int().min(1).max(1024).default(96).describe("Most tokens of an answer; longer ones are cut in training."),
    ...rowSettings,
  }),
]);
export type TaskSettings = z.infer<typeof taskSchema>;
