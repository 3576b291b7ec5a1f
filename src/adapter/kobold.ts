import { unzipSync, zipSync } from "fflate";
import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import { encodeNpy, parseNpy } from "./npy.js";
import { asSoftPrompt, type SoftPrompt } from "./soft-prompt.js";

/** KoboldAI's soft prompt: a zip with tensor.npy [virtual tokens, width] and meta.json. */

const mostTensorBytes = 256 * 1024 * 1024;
const mostMetaBytes = 1024 * 1024;
/** KoboldAI refuses longer prompts. */
const mostVirtualTokens = 2047;

const metaSchema = z.object({
  name: z.string().optional(),
  author: z.string().optional(),
  /** Models it was made for. */
  supported: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  description: z.string().optional(),
});
export type KoboldMeta = z.infer<typeof metaSchema>;

export interface KoboldPrompt extends SoftPrompt {
  readonly meta: KoboldMeta;
}

/** The bytes of a KoboldAI soft prompt. @throws PromptTuningError kind "run" where it is longer than KoboldAI takes. */
export function encodeKobold(prompt: SoftPrompt, meta: KoboldMeta): Uint8Array {
  if (prompt.virtualTokens > mostVirtualTokens)
    throw new PromptTuningError("run", "The soft prompt is too long for KoboldAI.", { reason: `It has ${prompt.virtualTokens} virtual tokens; KoboldAI takes ${mostVirtualTokens}.`, advice: "Export it in another form." });
  const text = JSON.stringify({ name: meta.name ?? "", author: meta.author ?? "", supported: meta.supported ?? [], description: meta.description ?? "" }, null, 2);
  // A fixed time, so that the same prompt gives the same file.
  const time = { mtime: new Date(1980, 0, 1) };
  return zipSync({
    "tensor.npy": [encodeNpy({ shape: [prompt.virtualTokens, prompt.width], values: prompt.prompt }), time],
    "meta.json": [new TextEncoder().encode(text), time],
  });
}

/** Reads a KoboldAI soft prompt. Nothing is unpacked to disk. @throws PromptTuningError kind "model". */
export function parseKobold(bytes: Uint8Array, name: string): KoboldPrompt {
  const refuse = (reason: string): never => {
    throw new PromptTuningError("model", `"${name}" is not a usable KoboldAI soft prompt.`, { reason, advice: "It must be a zip with tensor.npy and meta.json.", file: name });
  };
  const wanted = new Map([["tensor.npy", mostTensorBytes], ["meta.json", mostMetaBytes]]);
  let pickle = false;
  let tooLarge: string | undefined;
  let entries: ReturnType<typeof unzipSync>;
  try {
    entries = unzipSync(bytes, {
      filter: (entry) => {
        if (entry.name.endsWith(".pkl")) pickle = true;
        const most = wanted.get(entry.name);
        if (most === undefined) return false;
        // Each once: a zip may name an entry many times. Deflate makes data at most about 1,032 times smaller.
        wanted.delete(entry.name);
        if (entry.originalSize <= most && entry.originalSize <= Math.min(entry.size, bytes.length) * 1100 + 1024) return true;
        tooLarge = entry.name;
        return false;
      },
    });
  } catch {
    return refuse("It is not a zip, or it is damaged.");
  }
  if (tooLarge !== undefined) return refuse(`Its ${tooLarge} is too large.`);
  if (pickle) return refuse("It holds a pickle, which can run code when read and is never opened.");
  const tensor = Object.hasOwn(entries, "tensor.npy") ? entries["tensor.npy"] : refuse("It holds no tensor.npy.");
  const prompt = asSoftPrompt(parseNpy(tensor, `${name}: tensor.npy`), name);
  if (!Object.hasOwn(entries, "meta.json")) return { ...prompt, meta: {} };
  try {
    return { ...prompt, meta: metaSchema.parse(JSON.parse(new TextDecoder().decode(entries["meta.json"]))) };
  } catch {
    return refuse("Its meta.json is damaged.");
  }
}
