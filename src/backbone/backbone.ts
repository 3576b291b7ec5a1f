import type { EmbeddingTable } from "../engine/embedding-table.js";
import type { BackwardProducts, DiskSpace, Head, Program, ProgramNotice } from "../engine/program.js";
import type { ModelFormat } from "./sources/source.js";
import type { Tokenizer } from "./tokenizer/tokenizer.js";

/** What an encoder's files let it answer with. */
export interface EncoderFacts {
  /** Whether it has a masked-LM head, so that words can be scored in the place of the mask token. */
  readonly scoresWords: boolean;
  /** Whether it has a pooler of its own. */
  readonly pooler: boolean;
}

/** Facts about a frozen model, whatever file it came from. */
export interface BackboneDescription {
  /** Name a person knows it by, e.g. "smollm2-135m-instruct". */
  readonly name: string;
  /** Architecture family, e.g. "llama". */
  readonly family: string;
  /** Present where one part reads the text before the answer and another writes the answer (T5). */
  readonly kind?: "encoder-decoder";
  readonly format: ModelFormat;
  /** Width of an embedding (d). */
  readonly hiddenSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  /** Longest sequence in tokens. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  /** SHA-256 (hex) of the model file(s), for the run's record. */
  readonly hash: string;
  /** Present where the model reads a text as a whole (BERT and the like) and writes none. */
  readonly encoder?: EncoderFacts;
  /** Id on the hub, for PEFT's base_model_name_or_path, when known. */
  readonly hubId?: string;
}

export interface ProgramOptions {
  readonly virtualTokens: number;
  readonly head: Head;
  /** Memory for kept keys/values, in bytes. */
  readonly keptMemory?: number;
  /** Where those go that do not fit there; kept nowhere unless told. */
  readonly keptOnDisk?: DiskSpace;
  /** "plain": every row of every sequence goes through every pass, nothing is kept or shared. For checks: the results are the same. */
  readonly layout?: "fastest" | "plain";
  readonly threads?: number;
  /** Holds the weights rearranged for each use: faster steps for about two more copies of them in memory. */
  readonly packWeights?: boolean;
  /** "approximate": gradients by 8-bit products, where the backbone can; losses stay exact. */
  readonly backward?: "exact" | "approximate";
  readonly onNotice?: ProgramNotice;
}

/** A frozen model that can be trained through. */
export interface Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  createProgram(options: ProgramOptions): Promise<Program>;
  /** Products of the approximate and the exact backward pass beside each other; undefined where this model has only the exact one. */
  openBackwardProducts?(options: Pick<ProgramOptions, "threads" | "packWeights">): Promise<BackwardProducts | undefined>;
  dispose(): Promise<void>;
}

export interface OpenBackboneOptions {
  /** Cache folder for unpacked weights. */
  readonly cache: string;
  /**
   * "stored" keeps matrices in the blocks of 4 or 8 bits of a GGUF file, for the least memory: the same model, computed
   * a little slower. Other files are read as float32 all the same.
   */
  readonly weights?: "float32" | "stored";
  /** Progress of unpacking the weights, in bytes; only the first time a model is used. */
  readonly onProgress?: (done: number, total: number) => void;
}
