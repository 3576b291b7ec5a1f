import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { Reading } from "./reading.js";

const formats: Readonly<Record<string, Exclude<Reading["format"], "texts">>> = {
  ".tsv": "delimited",
  ".csv": "delimited",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".parquet": "parquet",
};

export const dataFileEndings: readonly string[] = Object.keys(formats);

/** The format of a data file by its ending. @throws PromptTuningError data: the ending is not known. */
export function formatByEnding(file: string): Exclude<Reading["format"], "texts"> {
  const ending = path.extname(file).toLowerCase();
  if (Object.hasOwn(formats, ending)) return formats[ending];
  throw new PromptTuningError("data", `${file} is not a data file that can be read.`, {
    file,
    reason: ending ? `Files ending in ${ending} are not known.` : "Its name has no ending.",
    advice: `Use one of ${dataFileEndings.join(", ")}, or a folder with a folder of .txt files a class.`,
  });
}
