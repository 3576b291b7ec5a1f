import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { DecoderProgram } from "../../engine/decoder/decoder-program.js";
import { type DecoderWeights, hasStoredMatrices, outputMatrixName } from "../../engine/decoder/weights.js";
import { openBackwardProducts } from "../../engine/decoder/trial-products.js";
import type { BackwardProducts, Program } from "../../engine/program.js";
import type { ProgramOptions } from "../backbone.js";
import { BuiltBackbone, type BuiltBackboneParts } from "./built-backbone.js";
import type { Family } from "./family.js";
import { prepareRoundedWeights, roundLayer } from "./prepare-rounded-weights.js";

/** Memory for kept keys and values where nobody says otherwise. */
const defaultKeptMemory = 512 * 2 ** 20;

export interface DecoderBackboneParts extends BuiltBackboneParts<Family, DecoderConfiguration> {
  readonly weights: DecoderWeights;
}

/** A decoder from its weights, whatever file they came from: its graph is built by us. */
export class DecoderBackbone extends BuiltBackbone<DecoderBackboneParts> {
  constructor(parts: DecoderBackboneParts) {
    super(parts, { layers: parts.configuration.layers }, parts.configuration.embeddingScale);
  }

  /** How the model computes. */
  get configuration(): DecoderConfiguration {
    return this.parts.configuration;
  }

  protected async makeProgram({ virtualTokens, head, keptMemory = defaultKeptMemory, backward, ...options }: ProgramOptions): Promise<Program> {
    const { configuration, weights } = this.parts;
    const outputRows = (ids: ArrayLike<number>): Float32Array => this.outputRows(ids, outputMatrixName(configuration));
    // Rounded matrices are made of floats.
    const rounded = backward === "approximate" && !hasStoredMatrices(weights) ? await prepareRoundedWeights(weights) : undefined;
    return new DecoderProgram({ configuration, weights, embeddings: this.table, outputRows, virtualTokens, head, keptMemory, rounded, ...options });
  }

  async openBackwardProducts(options: Pick<ProgramOptions, "threads" | "packWeights">): Promise<BackwardProducts | undefined> {
    const { weights, configuration } = this.parts;
    if (hasStoredMatrices(weights)) return undefined;
    return openBackwardProducts(roundLayer(weights, configuration), { ...options, weightsFolder: weights.folder });
  }
}
