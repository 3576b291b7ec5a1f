import type { EncoderDecoderConfiguration } from "../../../engine/encoder-decoder/configuration.js";
import { EncoderDecoderProgram } from "../../../engine/encoder-decoder/encoder-decoder-program.js";
import { type EncoderDecoderWeights, outputMatrixOf } from "../../../engine/encoder-decoder/weights.js";
import type { EmbeddingTable } from "../../../engine/embedding-table.js";
import type { Program } from "../../../engine/program.js";
import type { Backbone, BackboneDescription, ProgramOptions } from "../../backbone.js";
import { readExternalEmbeddings, readExternalRows, rowsOfTokens } from "../../external-embeddings.js";
import type { ModelFiles } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { EncoderDecoderFamily } from "./family.js";

export interface EncoderDecoderParts {
  readonly files: ModelFiles;
  /** SHA-256 (hex) of the model's files. */
  readonly hash: string;
  readonly family: EncoderDecoderFamily;
  readonly configuration: EncoderDecoderConfiguration;
  readonly weights: EncoderDecoderWeights;
  readonly tokenizer: Tokenizer;
}

/** An encoder-decoder from its weights, whatever file they came from: its graph is built by us. */
export class EncoderDecoderBackbone implements Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  /** With the rows that no token has: a model may generate them. */
  private readonly table: EmbeddingTable;
  private readonly programs = new Set<Program>();

  constructor(private readonly parts: EncoderDecoderParts) {
    const { files, hash, family, weights, configuration, tokenizer } = parts;
    const { hiddenSize, encoderLayers: layers, attentionHeads, contextLength, vocabularySize } = configuration;
    this.description = { name: files.name, family: family.name, kind: "encoder-decoder", format: files.format, hiddenSize, layers, attentionHeads, contextLength, vocabularySize, hash, hubId: files.hubId };
    this.tokenizer = tokenizer;
    this.table = readExternalEmbeddings(weights.folder, weights.tensors.get("embeddings")!);
    this.embeddings = rowsOfTokens(this.table, tokenizer);
  }

  async createProgram({ virtualTokens, head, threads }: ProgramOptions): Promise<Program> {
    const { configuration, weights } = this.parts;
    const outputRows = (ids: ArrayLike<number>): Float32Array => readExternalRows(weights.folder, weights.tensors.get(outputMatrixOf(configuration))!, ids);
    const program = new EncoderDecoderProgram({ configuration, weights, embeddings: this.table, outputRows, virtualTokens, head, threads });
    this.programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }
}
