import { z } from "zod";
import { errorDataSchema } from "./error-data.js";

/** What travels on a channel. The contents are checked by the contract afterwards. */
export const envelopeSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("call"), id: z.int(), name: z.string(), params: z.unknown() }),
  z.strictObject({ type: z.literal("result"), id: z.int(), result: z.unknown() }),
  z.strictObject({ type: z.literal("error"), id: z.int(), error: errorDataSchema }),
  z.strictObject({ type: z.literal("progress"), id: z.int(), progress: z.unknown() }),
  z.strictObject({ type: z.literal("cancel"), id: z.int() }),
  z.strictObject({ type: z.literal("notice"), name: z.string(), params: z.unknown() }),
]);
export type Envelope = z.infer<typeof envelopeSchema>;
