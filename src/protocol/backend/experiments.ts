import { z } from "zod";
import { fetchProgressSchema } from "./playground.js";

export const diagnosticSchema = z.object({
  message: z.string(),
  severity: z.enum(["error", "warning"]),
  path: z.array(z.union([z.string(), z.number()])),
  line: z.number(),
  column: z.number(),
  offset: z.number(),
  length: z.number(),
  replacement: z.string().optional(),
});

/** "data": the rows are read; "backbone": it is opened and every row encoded; the others: it is fetched first. */
export const validationProgressSchema = z.discriminatedUnion("activity", [
  z.object({ activity: z.literal("fetching"), ...fetchProgressSchema.shape }),
  z.object({ activity: z.enum(["data", "backbone"]), done: z.number().optional(), total: z.number().optional() }),
]);
export type ValidationProgress = z.infer<typeof validationProgressSchema>;

export const experimentCalls = {
  /** Everything that can be found wrong before a run; withModel opens the backbone too (fetching it where needed). `text`: what the editor holds. */
  "experiments/validate": {
    params: z.object({ file: z.string(), text: z.string().max(4 * 1024 * 1024).optional(), withModel: z.boolean().default(false) }),
    result: z.array(diagnosticSchema),
    progress: validationProgressSchema,
    patience: "unlimited",
  },
} as const;
