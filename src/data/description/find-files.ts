import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { type SplitName, splitNames } from "../dataset.js";
import { dataFileEndings } from "../reading/file-endings.js";
import { openingError } from "../rows/file-bytes.js";

export interface ChosenFile {
  /** Absolute path of a data file, or of a folder with a folder of texts a class. */
  readonly path: string;
  readonly split?: SplitName;
}

const splitWords: readonly (readonly [SplitName, RegExp])[] = [
  ["train", /(^|[^a-z])(train|training)([^a-z]|$)/],
  ["validation", /(^|[^a-z])(validation|valid|val|dev|development)([^a-z]|$)/],
  ["test", /(^|[^a-z])(test|testing|eval)([^a-z]|$)/],
];

/** The split that a name tells: train.tsv, my-dev.csv, test-00000-of-00001.parquet. */
export function splitOfName(name: string): SplitName | undefined {
  const lower = path.basename(name).toLowerCase();
  return splitWords.find(([, words]) => words.test(lower))?.[0];
}

/**
 * The files that make up a data set, from what a person names: data files, a folder of data files, a folder with a folder
 * of texts a class, or a folder of such folders a split. Where several files are named, their names tell their splits.
 * @throws PromptTuningError data, usage: one of several files does not tell its split.
 */
export async function findFiles(names: readonly string[], currentFolder: string): Promise<ChosenFile[]> {
  const found = (await Promise.all(names.map((name) => expand(path.resolve(currentFolder, name))))).flat();
  if (found.length === 1) return [{ path: found[0] }];
  const files = found.map((file) => {
    const split = splitOfName(file);
    if (split === undefined) {
      throw new PromptTuningError("usage", `${path.basename(file)} does not tell which split it is.`, { file, advice: "Name each file's split: --train, --validation, --test; or add one file and split it." });
    }
    return { path: file, split };
  });
  return files.sort((a, b) => splitNames.indexOf(a.split) - splitNames.indexOf(b.split));
}

async function expand(place: string): Promise<string[]> {
  const isFolder = await stat(place).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw openingError(place, error);
    },
  );
  if (!isFolder) return [place];
  const entries = (await readdir(place, { withFileTypes: true })).filter(({ name }) => !name.startsWith(".")).sort((a, b) => (a.name < b.name ? -1 : 1));
  const splits = entries.filter((entry) => splitOfName(entry.name) !== undefined && (entry.isDirectory() || dataFileEndings.includes(path.extname(entry.name).toLowerCase())));
  return splits.length > 0 ? splits.map(({ name }) => path.join(place, name)) : [place];
}
