import type { EncoderConfiguration } from "../../../engine/encoder/configuration.js";
import { EncoderProgram } from "../../../engine/encoder/encoder-program.js";
import { type EncoderWeights, maskedOutputName } from "../../../engine/encoder/weights.js";
import type { EmbeddingTable } from "../../../engine/embedding-table.js";
import type { Program } from "../../../engine/program.js";
import type { Backbone, BackboneDescription, ProgramOptions } from "../../backbone.js";
import { readExternalEmbeddings, readExternalRows } from "../../external-embeddings.js";
import type { ModelFiles } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { EncoderFamily } from "./family.js";

export interface EncoderBackboneParts {
  readonly files: ModelFiles;
  /** SHA-256 (hex) of the model's files. */
  readonly hash: string;
  readonly family: EncoderFamily;
  readonly configuration: EncoderConfiguration;
  readonly weights: EncoderWeights;
  readonly tokenizer: Tokenizer;
}

/** An encoder from its weights: its graph is built by us. */
export class EncoderBackbone implements Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  private readonly programs = new Set<Program>();

  constructor(private readonly parts: EncoderBackboneParts) {
    const { files, hash, family, weights, configuration, tokenizer } = parts;
    const { hiddenSize, layers, attentionHeads, contextLength, vocabularySize, maskedHead, pooler } = configuration;
    const encoder = { scoresWords: maskedHead !== undefined, pooler };
    this.description = { name: files.name, family: family.name, format: files.format, hiddenSize, layers, attentionHeads, contextLength, vocabularySize, hash, hubId: files.hubId, encoder };
    this.tokenizer = tokenizer;
    this.embeddings = readExternalEmbeddings(weights.folder, weights.tensors.get("embeddings")!);
  }

  async createProgram({ virtualTokens, head, threads }: ProgramOptions): Promise<Program> {
    const { configuration, weights } = this.parts;
    const program = new EncoderProgram({ configuration, weights, embeddings: this.embeddings, outputRows: (ids) => this.outputRows(ids), virtualTokens, head, threads });
    this.programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }

  private outputRows(ids: Int32Array): { rows: Float32Array; bias?: Float32Array } {
    const { folder, tensors } = this.parts.weights;
    const bias = tensors.get("output_bias");
    // A vector is read as a matrix with one column.
    const column = bias && { ...bias, shape: [bias.shape[0], 1] };
    return { rows: readExternalRows(folder, tensors.get(maskedOutputName(this.parts.configuration))!, ids), bias: column && readExternalRows(folder, column, ids) };
  }
}
