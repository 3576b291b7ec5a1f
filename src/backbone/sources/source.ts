/** Where a backbone's files come from: a local path, a hub repository, a package. All stand behind one interface. */

export interface SourceProgress {
  /** looking-up: asking what there is; waiting: another process downloads the same file; unpacking and checking: local work. */
  readonly phase: "looking-up" | "waiting" | "downloading" | "unpacking" | "checking";
  /** File name, for a person. */
  readonly file: string;
  /** Bytes so far. */
  readonly done: number;
  /** Bytes in all, when known. */
  readonly total?: number;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SourceProgress) => void;
  /** Something a person should know that is no failure (a fallback, a copy used without network). */
  readonly onNotice?: (text: string) => void;
}

export interface SourceFile {
  /** Absolute path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

export type ModelFormat = "gguf" | "onnx" | "safetensors";

/** A backbone's files, all on the local disk. */
export interface ModelFiles {
  /** Name a person knows it by: the catalogue's, the repository's, or the file's without its ending. */
  readonly name: string;
  readonly format: ModelFormat;
  /** Absolute path of the .gguf or .onnx file, of model.safetensors or of its index. */
  readonly modelFile: string;
  /** The folder that holds the model's other files (tokenizer.json, config.json, external data). */
  readonly folder: string;
  /** Every file of the model; modelFile first. */
  readonly files: readonly SourceFile[];
  /** One line for a person: what it is and where it came from. */
  readonly description: string;
  /** Id on the hub, when known. */
  readonly hubId?: string;
  /** Commit on the hub, when it came from there. */
  readonly revision?: string;
  /** SHA-256 (hex) of modelFile, when it was checked. */
  readonly sha256?: string;
}

export interface ModelSource {
  /** One line for a person, before anything is fetched. */
  readonly description: string;
  /**
   * Makes the files available locally; what is there already is not fetched again.
   * @throws PromptTuningError model, network, integrity, storage or stopped.
   */
  fetch(options?: FetchOptions): Promise<ModelFiles>;
}
