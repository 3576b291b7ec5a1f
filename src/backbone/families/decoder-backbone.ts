import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { DecoderProgram } from "../../engine/decoder/decoder-program.js";
import { type DecoderWeights, hasStoredMatrices, outputMatrixName } from "../../engine/decoder/weights.js";
import type { EmbeddingTable } from "../../engine/embedding-table.js";
import { openBackwardProducts } from "../../engine/decoder/trial-products.js";
import type { BackwardProducts, Program } from "../../engine/program.js";
import type { Backbone, BackboneDescription, ProgramOptions } from "../backbone.js";
import { readExternalEmbeddings, readExternalRows, rowsOfTokens } from "../external-embeddings.js";
import type { ModelFiles } from "../sources/source.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { prepareRoundedWeights, roundLayer } from "./prepare-rounded-weights.js";
import type { Family } from "./family.js";

/** Memory for kept keys and values where nobody says otherwise. */
const defaultKeptMemory = 2 * 1024 ** 3;

export interface DecoderBackboneParts {
  readonly files: ModelFiles;
  /** SHA-256 (hex) of the model's files. */
  readonly hash: string;
  readonly family: Family;
  readonly configuration: DecoderConfiguration;
  readonly weights: DecoderWeights;
  readonly tokenizer: Tokenizer;
}

/** A decoder from its weights, whatever file they came from: its graph is built by us. */
export class DecoderBackbone implements Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  /** How the model computes. */
  readonly configuration: DecoderConfiguration;
  /** With the rows that no token has: a model may generate them. */
  private readonly table: EmbeddingTable;
  private readonly programs = new Set<Program>();

  constructor(private readonly parts: DecoderBackboneParts) {
    const { files, hash, family, weights, configuration, tokenizer } = parts;
    const { hiddenSize, layers, attentionHeads, contextLength, vocabularySize } = configuration;
    this.description = { name: files.name, family: family.name, format: files.format, hiddenSize, layers, attentionHeads, contextLength, vocabularySize, hash, hubId: files.hubId };
    this.configuration = configuration;
    this.tokenizer = tokenizer;
    this.table = readExternalEmbeddings(weights.folder, weights.tensors.get("embeddings")!, configuration.embeddingScale);
    this.embeddings = rowsOfTokens(this.table, tokenizer);
  }

  async createProgram({ virtualTokens, head, keptMemory = defaultKeptMemory, backward, ...options }: ProgramOptions): Promise<Program> {
    const { weights } = this.parts;
    const { configuration, table: embeddings } = this;
    const outputRows = (ids: ArrayLike<number>): Float32Array => readExternalRows(weights.folder, weights.tensors.get(outputMatrixName(configuration))!, ids);
    // Rounded matrices are made of floats.
    const rounded = backward === "approximate" && !hasStoredMatrices(weights) ? await prepareRoundedWeights(weights) : undefined;
    const program = new DecoderProgram({ configuration, weights, embeddings, outputRows, virtualTokens, head, keptMemory, rounded, ...options });
    this.programs.add(program);
    return program;
  }

  async openBackwardProducts(options: Pick<ProgramOptions, "threads" | "packWeights">): Promise<BackwardProducts | undefined> {
    const { weights } = this.parts;
    if (hasStoredMatrices(weights)) return undefined;
    return openBackwardProducts(roundLayer(weights, this.configuration), { ...options, weightsFolder: weights.folder });
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }
}
