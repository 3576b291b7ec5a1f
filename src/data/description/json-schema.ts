import { z } from "zod";
import { descriptionSchema } from "./schema.js";

/** The JSON schema of the description of a data set (draft 7, what editors understand), with descriptions and defaults. */
export function descriptionJsonSchema(): Record<string, unknown> {
  return { title: "Prompt Tuning Lab data set", ...z.toJSONSchema(descriptionSchema, { target: "draft-7", io: "input" }) };
}
