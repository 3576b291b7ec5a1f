import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { parseDelimited } from "./delimited.js";
import { parseJsonArray, parseJsonLines } from "./json-rows.js";
import type { Table } from "./table.js";
import { readTextFile } from "./text-file.js";

const parsers: Record<string, (file: string, text: string) => Table> = {
  ".tsv": (file, text) => parseDelimited(file, text, "tsv"),
  ".csv": (file, text) => parseDelimited(file, text, "csv"),
  ".jsonl": parseJsonLines,
  ".json": parseJsonArray,
};

export const dataFileEndings: readonly string[] = Object.keys(parsers);

/** Reads a data file by its ending: .tsv, .csv, .jsonl or .json. @throws PromptTuningError data. */
export async function readTable(file: string): Promise<Table> {
  return parserOf(file)(file, await readTextFile(file));
}

/** What reads a file of this ending. @throws PromptTuningError data: the ending is not known. */
export function parserOf(file: string): (file: string, text: string) => Table {
  const ending = path.extname(file).toLowerCase();
  if (!Object.hasOwn(parsers, ending)) {
    throw new PromptTuningError("data", `${file} is not a data file that can be read.`, {
      file,
      reason: ending ? `Files ending in ${ending} are not known.` : "Its name has no ending.",
      advice: `Use one of ${Object.keys(parsers).join(", ")}.`,
    });
  }
  return parsers[ending];
}
