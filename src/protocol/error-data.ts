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
  setting: z.array(z.union([z.string(), z.number()])).optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof PromptTuningError) {
    const { kind, message, reason, advice, file, line, column, setting } = error;
    return { kind, message, reason, advice, file, line, column, ...(setting ? { setting: [...setting] } : {}) };
  }
  return { kind: "internal", message: textOf(error) };
}

/** Whatever was thrown, as text: also what has no text of its own. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "something that cannot be shown";
  }
}

export function fromErrorData({ kind, message, ...details }: ErrorData): PromptTuningError {
  if (kind !== "internal") return new PromptTuningError(kind, message, details);
  return new PromptTuningError("backend", "Something unexpected went wrong.", { reason: message, advice: "Please report it, with the log (Prompt Tuning: Show Log)." });
}
