import { z } from "zod";
import { modelFactsSchema } from "../../backbone/facts/model-facts.js";
import { fetchProgressSchema } from "./playground.js";

/** What lies on the disk is listed and removed by the host itself: that needs no process (see src/backbone/sources/list-backbones.ts). */
export const backboneCalls = {
  /** Fetches a backbone of the catalogue, or of the hub (owner/name). What a cancelled call has fetched is kept for the next one. */
  "backbones/fetch": {
    params: z.object({ name: z.string().min(1).max(200) }),
    result: z.object({ name: z.string(), modelFile: z.string(), notices: z.array(z.string()) }),
    progress: fetchProgressSchema,
    patience: "unlimited",
  },
  /** What a backbone is and whether it can be trained through: a name as above, or a path. With `check` it is opened and its gradient compared with differences of the loss. */
  "backbones/inspect": {
    params: z.object({ name: z.string().min(1).max(4096), check: z.boolean().optional() }),
    result: modelFactsSchema,
    progress: fetchProgressSchema,
    patience: "unlimited",
  },
} as const;
