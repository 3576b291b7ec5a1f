import { readdir } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { openingError } from "./file-bytes.js";

/** Files and classes beyond which a folder is hardly a data set. */
const mostTexts = 10_000_000;
const mostClasses = 1000;

export interface ClassFolder {
  readonly label: string;
  /** Names of its text files, sorted. */
  readonly files: readonly string[];
}

/** The classes of a folder: its folders that hold text files (.txt), sorted. @throws PromptTuningError data: there are none. */
export async function classFolders(folder: string): Promise<ClassFolder[]> {
  const names = (await list(folder)).filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  if (names.length > mostClasses) throw new PromptTuningError("data", `${folder} holds ${names.length} folders.`, { file: folder, reason: `At most ${mostClasses} classes are read.`, advice: "Name the folder that holds a folder a class." });
  const classes: ClassFolder[] = [];
  let texts = 0;
  for (const label of names.sort()) {
    const files = (await list(path.join(folder, label))).filter((entry) => entry.isFile() && isText(entry.name)).map(({ name }) => name);
    texts += files.length;
    if (texts > mostTexts) throw new PromptTuningError("data", `${folder} holds more than ${mostTexts} files.`, { file: folder, advice: "Write the texts into one .jsonl or .parquet file." });
    if (files.length > 0) classes.push({ label, files: files.sort() });
  }
  if (classes.length === 0) throw new PromptTuningError("data", `${folder} holds no texts.`, { file: folder, reason: "Read is a folder that holds a folder a class, with a .txt file a text.", advice: "Name such a folder, or a data file." });
  return classes;
}

function isText(name: string): boolean {
  return !name.startsWith(".") && name.toLowerCase().endsWith(".txt");
}

async function list(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw openingError(folder, error);
  }
}
