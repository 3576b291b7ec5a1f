import { insertVirtualTokens } from "../decoder/insert-virtual-tokens.js";
import type { GraphBuilder } from "../graph/builder.js";
import { attend, keysAndValues, type KeysValues } from "./attention.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";
import { feedForward, normalize } from "./feed-forward.js";
import { openSide, selfAttentionBias } from "./side.js";

/** What the decoder's layers see of a text. */
export interface EncodedText {
  /** By layer of the decoder. */
  readonly keysValues: readonly KeysValues[];
  /** Hides padding: [1 or batch, 1, 1, encoder time]. */
  readonly mask: string;
}

/**
 * Appends the encoder, the soft prompt's vectors among its rows, and the keys and values that each decoder layer makes
 * of its output. Inputs: those of `openSide` and `selfAttentionBias`, and with a prompt `prompt` and
 * `encoder.virtual_tokens` [batch·time].
 */
export function appendEncoder(builder: GraphBuilder, configuration: EncoderDecoderConfiguration, virtualTokens: number): EncodedText {
  const { hiddenSize, encoderLayers, decoderLayers } = configuration;
  if (virtualTokens > 0) builder.input("prompt", { elementType: "float32", shape: [virtualTokens, hiddenSize] });
  const side = openSide(builder, configuration, "encoder");
  const { rows } = side;
  const bias = selfAttentionBias(builder, configuration, "encoder", side.time, side.time);
  let hidden = virtualTokens > 0 ? insertVirtualTokens(builder, side.hidden, { indices: "encoder.virtual_tokens", rows, hiddenSize }) : side.hidden;
  for (let layer = 0; layer < encoderLayers; layer++) {
    const prefix = `encoder.layers.${layer}.`;
    const normalized = normalize(builder, configuration, rows, hidden, `${prefix}attention_norm`);
    const context = { ...keysAndValues(builder, configuration, side, normalized, prefix), bias: bias.ofLayer(layer), keys: side.time };
    hidden = builder.add("Add", [hidden, attend(builder, configuration, side, normalized, context, prefix)], { shape: [rows, hiddenSize] });
    const fed = feedForward(builder, configuration, rows, normalize(builder, configuration, rows, hidden, `${prefix}feed_forward_norm`), prefix);
    hidden = builder.add("Add", [hidden, fed], { shape: [rows, hiddenSize] });
  }
  const output = normalize(builder, configuration, rows, hidden, "encoder.final_norm");
  const keysValues = Array.from({ length: decoderLayers }, (_, layer) => keysAndValues(builder, configuration, side, output, `decoder.layers.${layer}.cross_`));
  return { keysValues, mask: bias.mask };
}
