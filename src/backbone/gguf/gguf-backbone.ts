import { DecoderProgram } from "../../engine/decoder/decoder-program.js";
import type { DecoderWeights } from "../../engine/decoder/weights.js";
import type { Program } from "../../engine/program.js";
import type { Backbone, BackboneDescription, ProgramOptions } from "../backbone.js";
import type { EmbeddingTable } from "../../engine/embedding-table.js";
import { readExternalEmbeddings } from "../external-embeddings.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { LlamaConfiguration } from "./llama-configuration.js";

/** Memory for kept keys and values where nobody says otherwise. */
const defaultKeptMemory = 2 * 1024 ** 3;

export interface GgufBackboneParts {
  readonly description: BackboneDescription;
  readonly configuration: LlamaConfiguration;
  readonly weights: DecoderWeights;
  readonly tokenizer: Tokenizer;
}

/** A llama-style model from a GGUF file: its graph is built by us. */
export class GgufBackbone implements Backbone {
  readonly description: BackboneDescription;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingTable;
  private readonly outputRows: EmbeddingTable;
  private readonly programs = new Set<Program>();

  constructor(private readonly parts: GgufBackboneParts) {
    const { weights, configuration } = parts;
    this.description = parts.description;
    this.tokenizer = parts.tokenizer;
    this.embeddings = readExternalEmbeddings(weights.folder, weights.tensors.get("embeddings")!);
    this.outputRows = configuration.tiedEmbeddings ? this.embeddings : readExternalEmbeddings(weights.folder, weights.tensors.get("output")!);
  }

  async createProgram({ virtualTokens, head, keptMemory = defaultKeptMemory, layout, threads, onNotice }: ProgramOptions): Promise<Program> {
    const { configuration, weights } = this.parts;
    const { embeddings, outputRows } = this;
    const program = new DecoderProgram({ configuration, weights, embeddings, outputRows, virtualTokens, head, keptMemory, layout, threads, onNotice });
    this.programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }
}
