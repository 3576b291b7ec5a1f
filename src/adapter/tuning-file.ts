import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import { methodSchema, modelSchema, taskSchema } from "../experiment/schema.js";

/** tuning.json: what PEFT's files cannot say. Beside them it makes an adapter usable without its experiment. */

export const tuningName = "tuning.json";
export const headName = "head.safetensors";

export const tuningFileSchema = z.object({
  format: z.literal("prompt-tuning-lab/1"),
  program: z.string(),
  backbone: z.object({
    name: z.string(),
    family: z.string(),
    hiddenSize: z.int().min(1),
    sha256: z.string(),
    hubId: z.string().optional(),
  }),
  /** Where the backbone comes from, as an experiment says it; a path is relative to the adapter's folder. */
  model: modelSchema.optional(),
  method: methodSchema,
  virtualTokens: z.int().min(1),
  task: taskSchema,
  /** Labels in the order of a linear head's rows; of the verbalizer otherwise. */
  labels: z.array(z.string()).optional(),
  /** Name of the run's folder it comes from. */
  run: z.string().optional(),
});
export type TuningFile = z.infer<typeof tuningFileSchema>;

/** @throws PromptTuningError kind "model". */
export function parseTuningFile(text: string, name: string): TuningFile {
  let reason = "It is not valid JSON.";
  try {
    const parsed = tuningFileSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    reason = `At "${parsed.error.issues[0].path.join(".")}": ${parsed.error.issues[0].message}.`;
  } catch {
    // Told below.
  }
  throw new PromptTuningError("model", `"${name}" is damaged or from a later version.`, {
    reason,
    advice: "Export the adapter again, or delete the file: the prompt itself can be read without it.",
    file: name,
  });
}
