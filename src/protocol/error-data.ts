import { z } from "zod";
import { errorKinds, PromptTuningError } from "../common/errors.js";

/** An error as it crosses a channel. "internal": a bug of this program, told by its message, never by its stack. */
export const errorDataSchema = z.object({
  kind: z.enum([...errorKinds, "internal"]),
  message: z.string(),
  reason: z.string().optional(),
  advice: z.string().optional(),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof PromptTuningError) {
    const { kind, message, reason, advice, file, line, column } = error;
    return { kind, message, reason, advice, file, line, column };
  }
  return { kind: "internal", message: error instanceof Error ? error.message : String(error) };
}

export function fromErrorData({ kind, message, ...details }: ErrorData): PromptTuningError {
  if (kind !== "internal") return new PromptTuningError(kind, message, details);
  return new PromptTuningError("backend", "Something unexpected went wrong.", { reason: message, advice: "Please report it, with the log (Prompt Tuning: Show Log)." });
}
