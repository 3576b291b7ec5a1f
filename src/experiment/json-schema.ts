import { z } from "zod";
import { experimentSchema } from "./schema.js";

/** The JSON schema of the experiment file (draft 7, what editors understand), with descriptions and defaults. */
export function experimentJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(experimentSchema, { target: "draft-7", io: "input" });
  // "allowTrailingCommas" and "allowComments" are read by VS Code.
  return { title: "Prompt Tuning Lab experiment", allowTrailingCommas: true, allowComments: true, ...schema };
}
