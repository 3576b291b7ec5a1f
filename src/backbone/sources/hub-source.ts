import { readFile } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { missingParts, partNameOf, partPath } from "../gguf/part-name.js";
import { quoted } from "../quoted.js";
import { cacheFolder } from "./cache-folder.js";
import { DownloadError, storageError } from "./download-error.js";
import { hasSize, HubFiles, type HubFilesOptions } from "./hub-files.js";
import { type HubFile, isSafePath, readRepository } from "./hub-repository.js";
import { isHubName } from "./hub-name.js";
import { hubSettings, type HubSettings } from "./hub-settings.js";
import { belongsTo } from "./local-source.js";
import { chooseModelFile, formatOf, isShardOf } from "./model-choice.js";
import type { FetchOptions, ModelFiles, ModelSource } from "./source.js";

export interface HubReference {
  /** owner/name. */
  readonly hub: string;
  readonly revision?: string;
  readonly file?: string;
}

/** A repository as its lists describe it. */
export interface HubLook {
  readonly commit: string;
  readonly files: readonly HubFile[];
  readonly licence?: string;
  /** Content of its config.json, where it has one. */
  readonly config?: string;
}

export interface HubSourceOptions extends HubFilesOptions {
  readonly cache?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

const mostConfigBytes = 4 * 1024 * 1024;

const hubFileSchema = z.object({
  path: z.string().refine(isSafePath),
  size: z.int().min(0),
  sha256: z.string().optional(),
  gitBlob: z.string().optional(),
});
/** What is noted of a fetched model, so that it opens without network: its commit and its files, model first. */
const noteSchema = z.object({ commit: z.string().regex(/^[0-9a-f]{40}$/), files: z.array(hubFileSchema).min(1) });
type Note = z.infer<typeof noteSchema>;

/** A model of a hub repository: its .gguf, its .onnx with external data and tokenizer, or its folder of safetensors. */
export class HubSource implements ModelSource {
  private readonly files: HubFiles;

  constructor(
    private readonly reference: HubReference,
    private readonly options: HubSourceOptions = {},
  ) {
    if (!isHubName(reference.hub)) {
      throw new PromptTuningError("experiment", `"${reference.hub}" is not the name of a hub repository.`, { advice: 'Write it as "owner/name".' });
    }
    if (reference.file !== undefined && !isSafePath(reference.file)) {
      throw new PromptTuningError("experiment", `"${reference.file}" is not a path inside a repository.`, { advice: 'Write it as "folder/model.onnx", without ".." and backslashes.' });
    }
    this.files = new HubFiles({ type: "model", name: reference.hub }, this.folder(), options);
  }

  get description(): string {
    const { hub, revision, file } = this.reference;
    return `${hub}${revision ? ` at ${revision}` : ""} on the hub${file ? `, ${file}` : ""}`;
  }

  async fetch(options: FetchOptions = {}): Promise<ModelFiles> {
    const settings = await hubSettings(this.options.environment);
    const noted = await this.readNote();
    const fixed = noted !== undefined && /^[0-9a-f]{40}$/.test(this.reference.revision ?? "");
    // A commit never changes: what is complete needs no question. A branch is asked about, and works without network.
    if (noted && (fixed || settings.offline) && (await this.isComplete(noted))) return this.modelFiles(noted);
    let wanted: Note;
    try {
      if (settings.offline) throw new DownloadError("unreachable", `${this.description} is not on this disk.`, { reason: "HF_HUB_OFFLINE forbids the network.", advice: "Unset it and start again." });
      wanted = await this.choose(settings, options);
    } catch (error) {
      const unreachable = error instanceof DownloadError && (error.problem === "unreachable" || error.problem === "server");
      if (!unreachable || !noted || !(await this.isComplete(noted))) throw error;
      options.onNotice?.(`The hub cannot be reached; the copy of ${this.reference.hub} from before (commit ${noted.commit.slice(0, 8)}) is used.`);
      return this.modelFiles(noted);
    }
    for (const file of wanted.files) await this.files.obtain(wanted.commit, file, settings, options);
    await this.writeNote(wanted);
    return this.modelFiles(wanted);
  }

  /** What lies whole on this disk from an earlier fetch; the hub is not asked. */
  async downloaded(): Promise<ModelFiles | undefined> {
    const noted = await this.readNote();
    return noted && (await this.isComplete(noted)) ? this.modelFiles(noted) : undefined;
  }

  /** What the repository holds, and its config.json, without its weights. @throws DownloadError. */
  async look(options: FetchOptions = {}): Promise<HubLook> {
    const settings = await hubSettings(this.options.environment);
    if (settings.offline) throw new DownloadError("unreachable", `${this.description} cannot be looked at.`, { reason: "HF_HUB_OFFLINE forbids the network.", advice: "Unset it and start again." });
    const repository = await this.readRepository(settings, options);
    const config = repository.files.find(({ path: file, size }) => file === "config.json" && size <= mostConfigBytes);
    if (!config) return repository;
    await this.files.obtain(repository.commit, config, settings, options);
    return { ...repository, config: await readFile(this.files.localPath(repository.commit, config.path), "utf8") };
  }

  private async readRepository(settings: HubSettings, options: FetchOptions): ReturnType<typeof readRepository> {
    const { hub, revision } = this.reference;
    options.onProgress?.({ phase: "looking-up", file: hub, done: 0 });
    const found = await readRepository({ type: "model", name: hub }, revision ?? "main", settings, options.signal, this.options.fetch, this.options.pause);
    if (found.movedTo) options.onNotice?.(`The repository ${hub} is called ${quoted(found.movedTo)} on the hub now; the experiment may name it so.`);
    return found;
  }

  /** Asks the hub for the commit and decides which files are needed. */
  private async choose(settings: HubSettings, options: FetchOptions): Promise<Note> {
    const { commit, files } = await this.readRepository(settings, options);
    return { commit, files: this.chooseFrom(files) };
  }

  /** The model's file among a repository's, and what it needs beside it. @throws PromptTuningError where none or several would do. */
  chooseFrom(files: readonly HubFile[]): HubFile[] {
    const { hub, file } = this.reference;
    const advice = 'Name it: "model": { "hub": "owner/name", "file": "..." }.';
    const named = file === undefined ? chooseModelFile(`The repository ${hub}`, files, advice) : files.find((candidate) => candidate.path === file);
    // Whichever part of a split model is named, it is that model.
    const part = partNameOf(named?.path ?? "");
    const model = files.find((candidate) => part && candidate.path === partPath(part, 1)) ?? named;
    if (!model) {
      const usable = files.map((candidate) => candidate.path).filter((candidate) => formatOf(candidate));
      throw new DownloadError("not-found", `The repository ${hub} holds no file ${file}.`, {
        reason: usable.length > 0 ? `It holds: ${usable.slice(0, 12).join(", ")}.` : "It holds no .gguf or .onnx file, and no model.safetensors.",
        advice: "Check the name and the revision.",
      });
    }
    if (!formatOf(model.path)) {
      throw new PromptTuningError("model", `${model.path} of ${hub} is not a model that can be read.`, { advice: "Name a .gguf or .onnx file, or model.safetensors." });
    }
    checkAllParts(hub, model.path, files);
    // A GGUF file carries its tokenizer and configuration; the others need them beside it.
    const belongs = formatOf(model.path) === "gguf" ? isShardOf : belongsTo;
    return [model, ...files.filter((other) => other.path !== model.path && belongs(model.path, other.path))];
  }

  private modelFiles(note: Note): ModelFiles {
    const [model] = note.files;
    const modelFile = this.files.localPath(note.commit, model.path);
    return {
      name: this.reference.hub,
      format: formatOf(model.path) ?? "onnx",
      modelFile,
      folder: this.files.localPath(note.commit, ""),
      files: note.files.map((file) => ({ path: this.files.localPath(note.commit, file.path), size: file.size })),
      description: `${this.reference.hub} on the hub, ${model.path}, commit ${note.commit.slice(0, 8)}`,
      hubId: this.reference.hub,
      revision: note.commit,
      sha256: model.sha256,
    };
  }

  private folder(): string {
    return path.join(this.options.cache ?? cacheFolder(), "models", "hub", this.reference.hub.replaceAll("/", "--"));
  }

  private notePath(): string {
    const { revision, file } = this.reference;
    return path.join(this.folder(), `${encodeURIComponent(`${revision ?? "main"} ${file ?? ""}`.trim())}.json`);
  }

  private async readNote(): Promise<Note | undefined> {
    try {
      return noteSchema.parse(JSON.parse(await readFile(this.notePath(), "utf8")));
    } catch {
      // Absent or damaged: the hub is asked.
      return undefined;
    }
  }

  private async writeNote(note: Note): Promise<void> {
    await writeFileAtomic(this.notePath(), `${JSON.stringify(note, null, 2)}\n`).catch((error: unknown) => {
      throw storageError(this.reference.hub, this.notePath(), error);
    });
  }

  private async isComplete(note: Note): Promise<boolean> {
    const present = await Promise.all(note.files.map((file) => hasSize(this.files.localPath(note.commit, file.path), file.size)));
    return present.every(Boolean);
  }
}

/** Before anything is fetched. */
function checkAllParts(hub: string, model: string, files: readonly HubFile[]): void {
  const present = new Set(files.map((file) => file.path));
  const missing = missingParts(model, (file) => present.has(file));
  if (missing === "") return;
  throw new PromptTuningError("model", `The repository ${hub} holds ${model}, but not all parts of that model.`, {
    reason: `It lacks ${missing}.`,
    advice: "Use another file of the repository, or another revision.",
  });
}
