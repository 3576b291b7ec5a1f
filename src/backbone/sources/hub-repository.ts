import { datasetInfo, HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { displayUrl, DownloadError, httpError, networkError, stoppedError } from "./download-error.js";
import { hubCall } from "./hub-fetch.js";
import type { HubSettings } from "./hub-settings.js";
import type { Repository } from "./repository.js";

/** A file of a repository at one commit. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256, for files in large-file storage. */
  readonly sha256?: string;
  /** Git's hash of the content, for the others. */
  readonly gitBlob?: string;
}

const mostFiles = 10_000;

/** What a repository holds at a revision, asked through `@huggingface/hub`. @throws DownloadError. */
export async function readRepository(
  repository: Repository,
  revision: string,
  settings: HubSettings,
  signal?: AbortSignal,
  fetchFunction: typeof fetch = fetch,
  pause?: number,
): Promise<{ commit: string; files: HubFile[]; licence?: string; movedTo?: string }> {
  const common = hubCall({ repository, settings, signal, fetch: fetchFunction, pause });
  try {
    const about = { ...common, name: repository.name, revision, additionalFields: ["sha", "cardData"] as ["sha", "cardData"] };
    const { sha: commit, cardData, name: currentName } = await (repository.type === "model" ? modelInfo(about) : datasetInfo(about));
    if (!/^[0-9a-f]{40}$/.test(commit)) throw new TypeError("the hub named no commit");
    const files: HubFile[] = [];
    for await (const entry of listFiles({ ...common, repo: repository, revision: commit, recursive: true })) {
      const size = entry.lfs?.size ?? entry.size;
      if (entry.type === "file" && isSafePath(entry.path) && Number.isSafeInteger(size) && size >= 0) {
        files.push({ path: entry.path, size, ...(entry.lfs ? { sha256: digest(entry.lfs.oid, 64) } : { gitBlob: digest(entry.oid, 40) }) });
      }
      if (files.length > mostFiles) throw new TypeError("the hub lists too many files");
    }
    const movedTo = currentName && currentName.toLowerCase() !== repository.name.toLowerCase() ? currentName.slice(0, 200) : undefined;
    return { commit, files, licence: licenceOf(cardData), movedTo };
  } catch (error) {
    if (signal?.aborted) throw stoppedError(repository.name);
    throw inWords(repository, revision, error);
  }
}

const cardSchema = z.object({ license: z.union([z.string(), z.array(z.string()).transform((all) => all.join(", "))]).optional(), license_name: z.string().optional() });

/** What a repository's card calls its licence: an SPDX id, or the name of one that has none. */
function licenceOf(cardData: unknown): string | undefined {
  const { license, license_name: name } = cardSchema.safeParse(cardData).data ?? {};
  return (license === "other" ? (name ?? license) : license)?.slice(0, 100);
}

/** A digest of the promised length, or nothing: a hub that tells another kind is not held to it. */
function digest(text: string | undefined, length: number): string | undefined {
  return text && new RegExp(`^[0-9a-f]{${length}}$`).test(text) ? text : undefined;
}

/** Whether a path of a repository stays below the folder it is joined to, on every platform. */
export function isSafePath(file: string): boolean {
  if (file === "" || file.length > 512 || /[\\:\0-\x1f]/.test(file)) return false;
  return file.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function inWords({ type, name }: Repository, revision: string, error: unknown): PromptTuningError {
  const label = `${name} (${revision})`;
  if (error instanceof PromptTuningError) return error;
  if (error instanceof HubApiError) {
    if (error.statusCode === 404) {
      return new DownloadError("not-found", `The hub has no ${type === "model" ? "model" : "data set"} ${label}.`, {
        reason: `It answered HTTP 404 at ${displayUrl(error.url)}.`,
        advice: "Check the repository's name and the revision.",
        cause: error,
      });
    }
    return httpError(`The list of files of ${label}`, error.url, error.statusCode);
  }
  if (error instanceof TypeError && error.message === "fetch failed") return networkError(`The list of files of ${label}`, "the hub", error);
  return new DownloadError("server", `The hub's answer about ${label} cannot be read.`, {
    reason: error instanceof Error ? `${error.message}.` : undefined,
    advice: "Check HF_ENDPOINT, or try again later.",
    cause: error,
  });
}
