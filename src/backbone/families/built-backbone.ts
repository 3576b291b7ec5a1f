import type { EmbeddingTable } from "../../engine/embedding-table.js";
import type { Initializer } from "../../engine/graph/initializer.js";
import type { Program } from "../../engine/program.js";
import type { Backbone, BackboneDescription, ProgramOptions } from "../backbone.js";
import { readExternalEmbeddings, readExternalRows, rowsOfTokens } from "../external-embeddings.js";
import type { ModelFiles } from "../sources/source.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** A generating model's parts, whatever file they came from. */
export interface BuiltBackboneParts<Family, Configuration> {
  readonly files: ModelFiles;
  /** SHA-256 (hex) of the model's files. */
  readonly hash: string;
  readonly family: Family;
  readonly configuration: Configuration;
  readonly weights: { readonly folder: string; readonly tensors: ReadonlyMap<string, Initializer> };
  readonly tokenizer: Tokenizer;
}

type Sizes = Pick<BackboneDescription, "hiddenSize" | "attentionHeads" | "contextLength" | "vocabularySize">;

/** What decoders and encoder-decoders share whose graphs are built by us: description, embeddings, and the programs to dispose of. */
export abstract class BuiltBackbone<Parts extends BuiltBackboneParts<{ readonly name: string }, Sizes>> implements Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  /** With the rows that no token has: a model may generate them. */
  protected readonly table: EmbeddingTable;
  private readonly programs = new Set<Program>();

  protected constructor(
    protected readonly parts: Parts,
    own: Pick<BackboneDescription, "layers" | "kind">,
    embeddingScale = 1,
  ) {
    const { files, hash, family, weights, configuration, tokenizer } = parts;
    const { hiddenSize, attentionHeads, contextLength, vocabularySize } = configuration;
    this.description = { name: files.name, family: family.name, format: files.format, ...own, hiddenSize, attentionHeads, contextLength, vocabularySize, hash, hubId: files.hubId };
    this.tokenizer = tokenizer;
    this.table = readExternalEmbeddings(weights.folder, weights.tensors.get("embeddings")!, embeddingScale);
    this.embeddings = rowsOfTokens(this.table, tokenizer);
  }

  protected abstract makeProgram(options: ProgramOptions): Promise<Program>;

  /** Rows [ids, width] of the matrix that turns hidden states into scores over the vocabulary. */
  protected outputRows(ids: ArrayLike<number>, matrix: string): Float32Array {
    const { folder, tensors } = this.parts.weights;
    return readExternalRows(folder, tensors.get(matrix)!, ids);
  }

  async createProgram(options: ProgramOptions): Promise<Program> {
    const program = await this.makeProgram(options);
    this.programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }
}
