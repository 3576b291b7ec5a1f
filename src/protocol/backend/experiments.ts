import { z } from "zod";

export const diagnosticSchema = z.object({
  message: z.string(),
  severity: z.enum(["error", "warning"]),
  path: z.array(z.union([z.string(), z.number()])),
  line: z.number(),
  column: z.number(),
  offset: z.number(),
  length: z.number(),
});

export const experimentCalls = {
  /** Everything that can be found wrong before a run; withModel opens the backbone too (fetching it where needed). */
  "experiments/validate": {
    params: z.object({ file: z.string(), text: z.string().optional(), withModel: z.boolean().default(false) }),
    result: z.array(diagnosticSchema),
    progress: z.object({ text: z.string(), done: z.number().optional(), total: z.number().optional() }),
    patience: "unlimited",
  },
} as const;
