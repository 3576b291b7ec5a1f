import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { runEntrySchema } from "../../runs/run-entry.js";

/** What a language model may ask for. package.json says the same to it; a test keeps the two equal. */
export const toolInputs = {
  promptTuning_list_runs: z.strictObject({
    experiment: z.string().min(1).max(200).optional().describe("Only runs of the experiment of this name."),
    state: runEntrySchema.shape.state.optional().describe("Only runs in this state."),
    limit: z.int().min(1).max(100).default(20).describe("At most so many runs, newest first."),
  }),
  promptTuning_get_run: z.strictObject({
    run: z.string().min(1).max(1000).describe("Name of the run's folder, its six-digit id, or its path, as list_runs gives them."),
  }),
  promptTuning_start_run: z.strictObject({
    experiment: z.string().min(1).max(1000).describe("Path of the experiment file (*.ptune.json), relative to the workspace folder."),
    overrides: z.record(z.string(), z.unknown()).optional().describe('Changes on top of the file, merged key by key, for example { "training": { "seed": 2 } }.'),
  }),
} as const;

export type ToolName = keyof typeof toolInputs;
export type ToolInput<Name extends ToolName> = z.infer<(typeof toolInputs)[Name]>;

/** @throws PromptTuningError kind "usage", in words the model can act on. */
export function checkInput<Name extends ToolName>(name: Name, input: unknown): ToolInput<Name> {
  const parsed = toolInputs[name].safeParse(input ?? {});
  if (parsed.success) return parsed.data as ToolInput<Name>;
  const [issue] = parsed.error.issues;
  throw new PromptTuningError("usage", `The input of ${name} is wrong: ${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}.`);
}
