import { z } from "zod";
import { answerProgressSchema, contestantAnswerSchema, contestantSchema, exampleToTrySchema, fetchProgressSchema, playgroundPromptSchema } from "../backend/playground.js";
import type { Contract } from "../contract.js";
import { errorDataSchema } from "../error-data.js";

const fieldsSchema = z.record(z.string(), z.string());
const reference = z.string();
const done = z.object({});

/** What the page remembers while it is hidden and over a reload of the window. */
export const playgroundMemorySchema = z.object({
  prompts: z.array(reference),
  fields: fieldsSchema.default({}),
  withNone: z.boolean().default(true),
  withHard: z.boolean().default(true),
  hardText: z.string().nullable().default(null),
  /** The prompt whose task the backbone alone is asked with; the first one's unless told. */
  task: reference.nullable().default(null),
  /** Inputs of this session, newest first. */
  history: z.array(z.object({ fields: fieldsSchema, answers: z.array(z.object({ name: z.string(), answer: z.string() })) })).default([]),
});
export type PlaygroundMemory = z.infer<typeof playgroundMemorySchema>;

export const openedSchema = z.object({
  backbone: z.object({ name: z.string(), hiddenSize: z.int(), contextLength: z.int() }),
  prompts: z.array(playgroundPromptSchema),
  /** Prompts that cannot be tried here, and why. */
  refused: z.array(z.object({ reference, name: z.string(), error: errorDataSchema })),
});
export type Opened = z.infer<typeof openedSchema>;

/** What the host answers. */
export const playgroundHostContract = {
  calls: {
    /** The page's first call: which prompts it is about, its own remembered ones where it was restored. */
    ready: { params: z.object({ remembered: z.array(reference) }), result: z.object({ trusted: z.boolean(), prompts: z.array(reference) }), patience: 10 },
    /** Loads the backbone and the prompts. */
    open: { params: z.object({ prompts: z.array(reference).min(1) }), result: openedSchema, progress: fetchProgressSchema, patience: "unlimited" },
    /** Lets the person pick prompts and adds them. Nothing picked, nothing added. */
    add: { params: z.object({}), result: openedSchema.omit({ backbone: true }), patience: "unlimited" },
    /** Reads a prompt again that has learned more. */
    refresh: { params: z.object({ prompt: reference }), result: playgroundPromptSchema, patience: 120 },
    answer: {
      params: z.object({ fields: fieldsSchema, contestants: z.array(contestantSchema).min(1).max(32) }),
      result: z.array(contestantAnswerSchema),
      progress: z.discriminatedUnion("type", [...answerProgressSchema.options, z.object({ type: z.literal("opening"), at: fetchProgressSchema })]),
      patience: "unlimited",
    },
    examples: { params: z.object({ prompt: reference }), result: z.array(exampleToTrySchema), patience: 150 },
    command: { params: z.object({ command: z.enum(["inspectPrompt", "exportPrompt", "openRun", "tryPrompt", "manageTrust", "showLog"]), prompt: reference.optional() }), result: done, patience: 10 },
  },
  notices: {
    /** The prompts the page shows now, for the panel's title and for finding it again. */
    shows: z.object({ prompts: z.array(reference) }),
  },
} as const satisfies Contract;

/** What the page listens to. */
export const playgroundPageContract = {
  calls: {},
  notices: {
    /** The workspace has been trusted. */
    trusted: done,
    /** A run that is still learning has got further than what is shown. */
    learnedMore: z.object({ prompt: reference, step: z.int() }),
  },
} as const satisfies Contract;

export type PlaygroundHostContract = typeof playgroundHostContract;
export type PlaygroundPageContract = typeof playgroundPageContract;
