import { z } from "zod";

const done = z.object({});

/** What any page may ask of the host; the handlers are in src/host/webview/page-handlers.ts. */
export const pageCalls = {
  /** Puts a text on the clipboard. `told` is said in the status bar. */
  copyText: { params: z.object({ text: z.string().max(256 * 2 ** 20), told: z.string() }), result: done, patience: 30 },
  /** Asks the person where to save a PNG (a data: address). Answers once that is decided. */
  savePicture: { params: z.object({ name: z.string().max(200), png: z.string().max(64 * 2 ** 20).startsWith("data:image/png;base64,") }), result: done, patience: 3600 },
} as const;
