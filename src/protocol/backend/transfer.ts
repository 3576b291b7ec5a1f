import { z } from "zod";
import { modelSchema } from "../../experiment/schema.js";
import { fetchProgressSchema } from "./playground.js";

/** "experiment": the run's experiment with every default, as an experiment file. */
export const exportFormatSchema = z.enum(["peft", "npy", "koboldai", "experiment"]);
export type ExportFormatName = z.infer<typeof exportFormatSchema>;

/** A soft prompt outside of the workspace, looked at before it is taken in. */
export const promptSourceSchema = z.object({
  format: z.enum(["peft", "safetensors", "npy", "kobold"]),
  virtualTokens: z.int(),
  width: z.int(),
  /** The template it was used with, where it says so. */
  template: z.string().nullable(),
  /** The backbone it says it was trained on: a name for a person. */
  backbone: z.string().nullable(),
  /** The backbone as an experiment would name it, where what the source says can be found. */
  model: modelSchema.nullable(),
  /** A name it can have here. */
  name: z.string(),
});
export type PromptSource = z.infer<typeof promptSourceSchema>;

export const transferCalls = {
  /** Writes a learned prompt in another program's format. */
  "transfer/export": {
    params: z.object({ runsRoot: z.string(), prompt: z.string(), format: exportFormatSchema, target: z.string(), overwrite: z.boolean() }),
    result: z.object({ files: z.array(z.string()), notices: z.array(z.string()) }),
    progress: fetchProgressSchema,
    patience: "unlimited",
  },
  /** What lies in a folder or file that is to be imported. */
  "transfer/look": { params: z.object({ source: z.string() }), result: promptSourceSchema, patience: 60 },
  /** Takes it in, under `prompts` beside the runs. */
  "transfer/import": {
    params: z.object({
      runsRoot: z.string(),
      source: z.string(),
      name: z.string(),
      /** Where the source does not say them, or others are wanted. */
      template: z.string().optional(),
      verbalizer: z.record(z.string(), z.string()).optional(),
      model: modelSchema.optional(),
    }),
    result: z.object({ folder: z.string(), notices: z.array(z.string()) }),
    progress: fetchProgressSchema,
    patience: "unlimited",
  },
} as const;
