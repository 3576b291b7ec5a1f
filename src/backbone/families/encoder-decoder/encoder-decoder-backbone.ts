import type { EncoderDecoderConfiguration } from "../../../engine/encoder-decoder/configuration.js";
import { EncoderDecoderProgram } from "../../../engine/encoder-decoder/encoder-decoder-program.js";
import { type EncoderDecoderWeights, outputMatrixOf } from "../../../engine/encoder-decoder/weights.js";
import type { Program } from "../../../engine/program.js";
import type { ProgramOptions } from "../../backbone.js";
import { BuiltBackbone, type BuiltBackboneParts } from "../built-backbone.js";
import type { EncoderDecoderFamily } from "./family.js";

export interface EncoderDecoderParts extends BuiltBackboneParts<EncoderDecoderFamily, EncoderDecoderConfiguration> {
  readonly weights: EncoderDecoderWeights;
}

/** An encoder-decoder from its weights, whatever file they came from: its graph is built by us. */
export class EncoderDecoderBackbone extends BuiltBackbone<EncoderDecoderParts> {
  constructor(parts: EncoderDecoderParts) {
    super(parts, { kind: "encoder-decoder", layers: parts.configuration.encoderLayers });
  }

  protected async makeProgram({ virtualTokens, head, threads }: ProgramOptions): Promise<Program> {
    const { configuration, weights } = this.parts;
    const outputRows = (ids: ArrayLike<number>): Float32Array => this.outputRows(ids, outputMatrixOf(configuration));
    return new EncoderDecoderProgram({ configuration, weights, embeddings: this.table, outputRows, virtualTokens, head, threads });
  }
}
