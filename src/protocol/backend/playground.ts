import { z } from "zod";
import { taskTypes } from "../../tasks/task-facts.js";
import { errorDataSchema } from "../error-data.js";

/** Slot of the template → text. */
const fieldsSchema = z.record(z.string(), z.string());

/** A prompt as the playground shows it. */
export const playgroundPromptSchema = z.object({
  /** A run's or an adapter's folder: what it was asked for by. */
  reference: z.string(),
  label: z.string(),
  task: z.enum(taskTypes),
  template: z.string(),
  /** The slots of its template that texts go into, in order. */
  slots: z.array(z.string()),
  /** Label → its words; empty for generation. */
  labels: z.array(z.object({ label: z.string(), words: z.string() })),
  /** Whether a light head decides, and not the words. */
  lightHead: z.boolean(),
  virtualTokens: z.int(),
  maxNewTokens: z.int().nullable(),
  /** Step of the checkpoint it comes from; null where it is final. */
  checkpoint: z.int().nullable(),
  /** Texts of the experiment's hard-prompt baselines. */
  hardPrompts: z.array(z.string()),
});
export type PlaygroundPromptData = z.infer<typeof playgroundPromptSchema>;

export const contestantSchema = z.discriminatedUnion("kind", [
  /** A learned prompt. */
  z.object({ kind: z.literal("soft"), prompt: z.string() }),
  /** The backbone alone (zero-shot), asked as the named prompt's task does. */
  z.object({ kind: z.literal("none"), task: z.string() }),
  /** Words in the place of the virtual tokens. */
  z.object({ kind: z.literal("hard"), task: z.string(), text: z.string() }),
]);
export type ContestantData = z.infer<typeof contestantSchema>;

export const answerSchema = z.object({
  result: z.discriminatedUnion("type", [
    z.object({ type: z.literal("classification"), predicted: z.string(), probabilities: z.array(z.object({ label: z.string(), probability: z.number() })) }),
    z.object({
      type: z.literal("generation"),
      text: z.string(),
      newTokens: z.int(),
      /** Milliseconds to the first token. */
      firstToken: z.number().nullable(),
      /** Whether the answer ended by itself, and not at the most tokens it may have. */
      complete: z.boolean(),
      /** Sequence labelling: the spans the text is read as, and how many pieces of it could not be taken. */
      spans: z.object({ found: z.string(), problems: z.int() }).optional(),
    }),
  ]),
  /** Milliseconds of the forward passes. */
  milliseconds: z.number(),
  /** Milliseconds beside them: choosing the prompt's values and encoding the text. */
  swap: z.number(),
  /** Milliseconds that opening the graph took, at a contestant's first answer. */
  preparation: z.number().nullable(),
  tokens: z.int(),
  virtualTokens: z.int(),
  cut: z.object({ byMaximum: z.int(), byContext: z.int() }),
});
export type AnswerData = z.infer<typeof answerSchema>;

/** One contestant's answer, or why it has none. */
export const contestantAnswerSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("answered"), answer: answerSchema }),
  z.object({ status: z.literal("failed"), error: errorDataSchema }),
]);
export type ContestantAnswerData = z.infer<typeof contestantAnswerSchema>;

export const answerProgressSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("started"), contestant: z.int() }),
  /** A piece of generated text; never half a character. */
  z.object({ type: z.literal("text"), contestant: z.int(), text: z.string() }),
  z.object({ type: z.literal("done"), contestant: z.int(), outcome: contestantAnswerSchema }),
]);
export type AnswerProgress = z.infer<typeof answerProgressSchema>;

export const exampleToTrySchema = z.object({ fields: fieldsSchema, expected: z.string().nullable() });
export type ExampleToTryData = z.infer<typeof exampleToTrySchema>;

/** How a backbone is fetched and unpacked, in bytes. */
export const fetchProgressSchema = z.object({
  phase: z.enum(["looking-up", "waiting", "downloading", "unpacking", "checking"]),
  file: z.string(),
  done: z.number(),
  total: z.number().optional(),
});
export type FetchProgress = z.infer<typeof fetchProgressSchema>;

/** A session that is not there any more (idle for long, or the process was started anew) is told as such, so that it can be opened again. */
const closed = z.object({ state: z.literal("closed") });

export const playgroundCalls = {
  /** Loads the backbone of the first prompt, and the prompts. One that does not belong to this backbone is told in `refused`; the first one must. */
  "playground/open": {
    params: z.object({ runsRoot: z.string(), prompts: z.array(z.string()).min(1) }),
    result: z.object({
      session: z.string(),
      backbone: z.object({ name: z.string(), hiddenSize: z.int(), contextLength: z.int() }),
      prompts: z.array(playgroundPromptSchema),
      refused: z.array(z.object({ reference: z.string(), error: errorDataSchema })),
    }),
    progress: fetchProgressSchema,
    patience: "unlimited",
  },
  /** Adds a prompt, or reads it again. */
  "playground/add": {
    params: z.object({ session: z.string(), runsRoot: z.string(), prompt: z.string() }),
    result: z.discriminatedUnion("state", [z.object({ state: z.literal("added"), prompt: playgroundPromptSchema }), closed]),
    patience: 60,
  },
  "playground/answer": {
    params: z.object({ session: z.string(), fields: fieldsSchema, contestants: z.array(contestantSchema).min(1).max(32) }),
    result: z.discriminatedUnion("state", [z.object({ state: z.literal("answered"), outcomes: z.array(contestantAnswerSchema) }), closed]),
    progress: answerProgressSchema,
    patience: "unlimited",
  },
  /** Held-out rows of a run's own data; none where it has no data or the data is gone. */
  "playground/examples": {
    params: z.object({ runsRoot: z.string(), prompt: z.string(), most: z.int().min(1).max(50).default(6) }),
    result: z.array(exampleToTrySchema),
    patience: 120,
  },
  "playground/close": { params: z.object({ session: z.string() }), result: z.object({}), patience: 600 },
} as const;
