import { z } from "zod";
import { errorDataSchema } from "./error-data.js";

const idSchema = z.int();
const nameSchema = z.string().max(200);

/** What travels on a channel. The contents are checked by the contract afterwards. */
export const envelopeSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("call"), id: idSchema, name: nameSchema, params: z.unknown() }),
  z.strictObject({ type: z.literal("result"), id: idSchema, result: z.unknown() }),
  z.strictObject({ type: z.literal("error"), id: idSchema, error: errorDataSchema }),
  z.strictObject({ type: z.literal("progress"), id: idSchema, progress: z.unknown() }),
  z.strictObject({ type: z.literal("cancel"), id: idSchema }),
  z.strictObject({ type: z.literal("notice"), name: nameSchema, params: z.unknown() }),
]);
export type Envelope = z.infer<typeof envelopeSchema>;
