import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { HubFiles, type HubFilesOptions } from "../../backbone/sources/hub-files.js";
import { isHubName } from "../../backbone/sources/hub-name.js";
import { type HubFile, isSafePath, readRepository } from "../../backbone/sources/hub-repository.js";
import { hubSettings } from "../../backbone/sources/hub-settings.js";
import type { FetchOptions } from "../../backbone/sources/source.js";
import { describeFiles, type Described, type DescribeOptions } from "../description/describe-files.js";
import { splitOfName } from "../description/find-files.js";
import type { DataSource } from "../description/schema.js";
import { type SplitName, splitNames } from "../dataset.js";
import { hubDatasetFolder } from "./kept-files.js";

export interface HubDatasetReference {
  /** owner/name. */
  readonly repo: string;
  /** Branch, tag or commit; main when absent. */
  readonly revision?: string;
  /** Configuration (subset): a folder of the repository. */
  readonly config?: string;
}

export interface HubDatasetOptions extends FetchOptions, HubFilesOptions {
  /** The cache folder. */
  readonly cache: string;
  readonly environment?: NodeJS.ProcessEnv;
}

type HubSource = DataSource & { type: "hub" };

/** Makes the files of a described data set of the hub available: what is there already is not fetched again. @throws PromptTuningError. */
export async function fetchHubDataset({ repo, revision, files }: HubSource, options: HubDatasetOptions): Promise<void> {
  checkName(repo);
  const kept = new HubFiles({ type: "dataset", name: repo }, hubDatasetFolder(options.cache, repo), options);
  const settings = await hubSettings(options.environment);
  for (const { path: file, size, sha256 } of files) {
    if (!isSafePath(file)) throw new PromptTuningError("data", `"${file}" is not a path inside a repository.`, { advice: "Correct the description, or add the data set again." });
    await kept.obtain(revision, { path: file, size, sha256 }, settings, options);
  }
}

/**
 * Describes a data set of the hub: its revision is pinned to the commit of today, its Parquet files are fetched into the
 * cache folder and read once.
 * @throws PromptTuningError: the repository, the configuration or Parquet files are not there; those of fetching and reading.
 */
export async function describeHubDataset(reference: HubDatasetReference, fetching: HubDatasetOptions, describing: Omit<DescribeOptions, "folder" | "cache">): Promise<Described> {
  const { repo, revision = "main" } = reference;
  checkName(repo);
  const settings = await hubSettings(fetching.environment);
  fetching.onProgress?.({ phase: "looking-up", file: repo, done: 0 });
  const { commit, files } = await readRepository({ type: "dataset", name: repo }, revision, settings, fetching.signal, fetching.fetch);
  const { config, chosen } = chooseFiles(reference, files);
  const kept = new HubFiles({ type: "dataset", name: repo }, hubDatasetFolder(fetching.cache, repo), fetching);
  for (const { file } of chosen) await kept.obtain(commit, file, settings, fetching);
  const local = chosen.map(({ file, split }) => ({ path: kept.localPath(commit, file.path), ...(split ? { split } : {}) }));
  const { description, notices } = await describeFiles(local, { ...describing, folder: kept.localPath(commit, ""), cache: fetching.cache });
  const described = description.source.type === "files" ? description.source.files : [];
  return { notices, description: { ...description, source: { type: "hub", repo, revision: commit, ...(config ? { config } : {}), files: described } } };
}

/** The Parquet files of a configuration, with the splits that their names tell. */
function chooseFiles({ repo, config }: HubDatasetReference, files: readonly HubFile[]): { config?: string; chosen: { file: HubFile; split?: SplitName }[] } {
  const parquet = files.filter((file) => file.path.toLowerCase().endsWith(".parquet"));
  if (parquet.length === 0) throw new PromptTuningError("data", `The repository ${repo} holds no Parquet files.`, { advice: "The hub converts many data sets: try --revision refs/convert/parquet." });
  const folders = [...new Set(parquet.map((file) => file.path.split("/").slice(0, -1).join("/")))].sort();
  const ofConfig = (folder: string): boolean => config === undefined || folder.split("/").includes(config);
  const fitting = folders.filter(ofConfig);
  const configs = [...new Set(folders.map((folder) => folder.split("/")[0]))].filter((name) => name !== "");
  if (fitting.length === 0) throw new PromptTuningError("data", `The data set ${repo} has no configuration "${config}".`, { reason: `It has ${configs.join(", ")}.`, advice: "Name one of them with --config." });
  if (config === undefined && new Set(fitting.map((folder) => folder.split("/")[0])).size > 1) {
    throw new PromptTuningError("data", `The data set ${repo} has several configurations.`, { reason: `They are ${configs.slice(0, 20).join(", ")}${configs.length > 20 ? ` and ${configs.length - 20} more` : ""}.`, advice: "Name one of them with --config." });
  }
  const wanted = parquet.filter((file) => fitting.includes(file.path.split("/").slice(0, -1).join("/")));
  // refs/convert/parquet has a folder a split: default/train/0000.parquet.
  const told = wanted.map((file) => ({ file, split: splitOfName(path.posix.basename(file.path)) ?? splitOfName(path.posix.basename(path.posix.dirname(file.path))) }));
  const chosen = told.length === 1 ? told : told.filter(({ split }) => split !== undefined);
  if (chosen.length === 0) throw new PromptTuningError("data", `The Parquet files of ${repo} do not tell their splits.`, { reason: `They are ${wanted.slice(0, 5).map((file) => file.path).join(", ")}.`, advice: "Fetch one of them, and add it as a file." });
  chosen.sort((a, b) => splitNames.indexOf(a.split ?? "train") - splitNames.indexOf(b.split ?? "train") || (a.file.path < b.file.path ? -1 : 1));
  return { ...(config ? { config } : {}), chosen };
}

function checkName(repo: string): void {
  if (!isHubName(repo)) throw new PromptTuningError("usage", `"${repo}" is not the name of a hub repository.`, { advice: 'Write it as "owner/name".' });
}
