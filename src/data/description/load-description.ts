import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { openingError } from "../rows/file-bytes.js";
import { descriptionEnding } from "./ending.js";
import { type DatasetDescription, descriptionSchema } from "./schema.js";

/** Larger descriptions are refused before they are read. */
const largestDescription = 16 * 1024 * 1024;

export interface LoadedDescription {
  readonly description: DatasetDescription;
  /** Absolute path of the description. */
  readonly file: string;
  /** Its folder: the description's paths are relative to it. */
  readonly folder: string;
}

/** Reads the description of a data set. @throws PromptTuningError data: there is none, or it is not one. */
export async function loadDescription(name: string): Promise<LoadedDescription> {
  const file = path.resolve(name);
  const text = await readDescription(file);
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    throw new PromptTuningError("data", `${file} is not JSON.`, { file, reason: error instanceof Error ? `${error.message}.` : undefined, advice: "Correct it, or add the data set again.", cause: error });
  }
  const parsed = descriptionSchema.safeParse(value);
  if (parsed.success) return { description: parsed.data, file, folder: path.dirname(file) };
  const [first] = z.prettifyError(parsed.error).split("\n✖");
  throw new PromptTuningError("data", `${file} does not describe a data set.`, { file, reason: `${first.replace(/^✖ /, "").replace(/\s+/g, " ").slice(0, 300)}.`, advice: "Correct it, or add the data set again.", cause: parsed.error });
}

async function readDescription(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new PromptTuningError("data", `${file} is not a file.`, { file, advice: `Name a description (*${descriptionEnding}).` });
    if (found.size > largestDescription) throw new PromptTuningError("data", `${file} is too large for a description.`, { file });
    return await readFile(file, "utf8");
  } catch (error) {
    throw openingError(file, error);
  }
}
