import { z } from "zod";

export const downloadedBackboneSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** Bytes on the disk, or to be fetched. */
  size: z.number().nullable(),
  licence: z.string().nullable(),
  hubId: z.string().nullable(),
  state: z.enum(["absent", "partial", "downloaded"]),
  folder: z.string().nullable(),
});
export type DownloadedBackbone = z.infer<typeof downloadedBackboneSchema>;

export const backboneCalls = {
  /** The catalogue, and what lies in the cache beside it. */
  "backbones/list": { params: z.object({}), result: z.array(downloadedBackboneSchema), patience: 30 },
  "backbones/fetch": {
    params: z.object({ name: z.string() }),
    result: z.object({ modelFile: z.string() }),
    progress: z.object({ text: z.string(), done: z.number(), total: z.number().optional() }),
    patience: "unlimited",
  },
  "backbones/remove": { params: z.object({ name: z.string() }), result: z.object({ freed: z.number() }), patience: 60 },
} as const;
