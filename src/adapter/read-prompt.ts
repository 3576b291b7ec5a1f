import { statSync } from "node:fs";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { parseKobold } from "./kobold.js";
import { parseNpy } from "./npy.js";
import { type PeftAdapter, promptOf, readPeftAdapter } from "./peft-read.js";
import { mostWeightBytes, readLimited } from "./read-limited.js";
import { parseSafetensors } from "./safetensors.js";
import { asSoftPrompt, type SoftPrompt } from "./soft-prompt.js";

export interface ReadPrompt extends SoftPrompt {
  readonly format: "peft" | "safetensors" | "npy" | "kobold";
  /** Present where a PEFT folder was read. */
  readonly adapter?: PeftAdapter;
}

/**
 * Reads a soft prompt from whatever it lies in: an adapter folder (or its adapter_config.json), .safetensors, .npy, or
 * KoboldAI's .zip. What a file is, its first bytes say, not its name. Pickles are refused.
 * @throws PromptTuningError kind "model" or "storage".
 */
export function readSoftPrompt(source: string): ReadPrompt {
  const stat = source.includes("\0") ? undefined : statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new PromptTuningError("model", `There is no file or folder "${source.replaceAll("\0", "")}".`, { advice: "Check the path of the soft prompt." });
  if (stat.isDirectory()) return peft(source);
  const name = path.basename(source);
  if (name === "adapter_config.json") return peft(path.dirname(source));
  const bytes = readLimited(source, mostWeightBytes);
  const begins = (...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte);
  if (begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return { ...asSoftPrompt(parseNpy(bytes, name), name), format: "npy" };
  const safetensors = bytes[8] === 0x7b; // "{": its header begins after the eight bytes of the length.
  const zip = begins(0x50, 0x4b, 0x03, 0x04);
  // A pickle of protocol 2 or later begins with 0x80; mkultra's .json files hold one in base64.
  const pickle = !safetensors && !zip && (begins(0x80) || begins(0x7b) || /\.(bin|pt|pth|pkl|pickle|ckpt)$/i.test(name));
  if (pickle)
    throw new PromptTuningError("model", `"${name}" holds a pickle, which is never opened.`, {
      reason: "Reading a pickle can run any code that its maker put in.",
      advice: "Ask for the prompt as .safetensors or .npy.",
      file: source,
    });
  if (zip) return { ...parseKobold(bytes, name), format: "kobold" };
  return { ...promptOf(parseSafetensors(bytes, name), name), format: "safetensors" };
}

function peft(folder: string): ReadPrompt {
  const adapter = readPeftAdapter(folder);
  const { prompt, virtualTokens, width } = adapter;
  return { prompt, virtualTokens, width, format: "peft", adapter };
}
