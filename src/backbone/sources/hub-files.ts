import { fileDownloadInfo, HubApiError } from "@huggingface/hub";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { copyChecked } from "./copy-checked.js";
import { httpError, networkError, stoppedError } from "./download-error.js";
import { download } from "./download.js";
import { hubCall } from "./hub-fetch.js";
import type { HubFile } from "./hub-repository.js";
import type { RepositoryType } from "./repository.js";
import type { HubSettings } from "./hub-settings.js";
import type { FetchOptions } from "./source.js";

export interface HubFilesOptions {
  readonly fetch?: typeof fetch;
  /** First pause between tries, in milliseconds. */
  readonly pause?: number;
}

/** Files of a hub repository on this disk: fetched once for each commit, checked, and resumed where a connection broke. */
export class HubFiles {
  /** @param folder where the repository's commits are kept. */
  constructor(
    private readonly repository: { readonly type: RepositoryType; readonly name: string },
    private readonly folder: string,
    private readonly options: HubFilesOptions,
  ) {}

  localPath(commit: string, file: string): string {
    return path.join(this.folder, commit, ...file.split("/"));
  }

  /** Makes a file available. @throws PromptTuningError network, integrity, storage, stopped. */
  async obtain(commit: string, file: HubFile, settings: HubSettings, options: FetchOptions): Promise<void> {
    const target = this.localPath(commit, file.path);
    if (await hasSize(target, file.size)) return;
    if (await hasSize(this.sharedPath(settings, commit, file.path), file.size)) {
      // The Python client has it already: copied through the same check as a download.
      if (await this.copyShared(settings, commit, file, target, options)) return;
    }
    const call = hubCall({ repository: this.repository, settings, signal: options.signal, fetch: this.options.fetch, pause: this.options.pause });
    let url: string;
    try {
      const info = await fileDownloadInfo({ ...call, repo: this.repository, path: file.path, revision: commit });
      if (!info) throw httpError(file.path, settings.endpoint ?? "the hub", 404);
      url = info.url;
    } catch (error) {
      if (options.signal?.aborted) throw stoppedError(file.path);
      if (error instanceof PromptTuningError) throw error;
      throw error instanceof HubApiError ? httpError(file.path, error.url, error.statusCode) : networkError(file.path, settings.endpoint ?? "the hub", error);
    }
    await download({
      ...options,
      url,
      target,
      label: path.posix.basename(file.path),
      expected: file,
      headers: settings.token ? { authorization: `Bearer ${settings.token}` } : {},
      fetch: this.options.fetch,
      pause: this.options.pause,
    });
  }

  /** @returns whether the copy was made; a shared copy that is damaged or unreadable is simply not used. */
  private async copyShared(settings: HubSettings, commit: string, file: HubFile, target: string, options: FetchOptions): Promise<boolean> {
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await copyChecked(this.sharedPath(settings, commit, file.path), target, file, options);
      return true;
    } catch (error) {
      if (options.signal?.aborted) throw stoppedError(file.path);
      return false;
    }
  }

  /** Where huggingface_hub keeps the same file. */
  private sharedPath(settings: HubSettings, commit: string, file: string): string {
    return path.join(settings.sharedCache, `${this.repository.type}s--${this.repository.name.replaceAll("/", "--")}`, "snapshots", commit, ...file.split("/"));
  }
}

export async function hasSize(file: string, size: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true && found.size === size;
}
