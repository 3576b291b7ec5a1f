import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import { attend, keysAndValues, type KeysValues } from "./attention.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";
import type { EncodedText } from "./encoder.js";
import { feedForward, normalize } from "./feed-forward.js";
import { openSide, selfAttentionBias, type SideRows } from "./side.js";

export interface AppendedDecoder {
  /** After the last layer, before its norm: [rows, hiddenSize]. */
  readonly hidden: string;
  /** Keys and values of the answer so far, by layer. */
  readonly keysValues: readonly KeysValues[];
}

/**
 * Appends the decoder over its start token and the answer's.
 * @param past keys and values of the answer's earlier tokens, by layer, where they were computed before
 */
export function appendDecoder(builder: GraphBuilder, configuration: EncoderDecoderConfiguration, text: EncodedText, past?: readonly KeysValues[]): AppendedDecoder {
  const { hiddenSize, decoderLayers } = configuration;
  const side = openSide(builder, configuration, "decoder");
  const { rows } = side;
  const keys = past ? "decoder_keys" : side.time;
  const bias = selfAttentionBias(builder, configuration, "decoder", side.time, keys);
  const shape = [rows, hiddenSize];
  const all: KeysValues[] = [];
  let hidden = side.hidden;
  for (let layer = 0; layer < decoderLayers; layer++) {
    const prefix = `decoder.layers.${layer}.`;
    const normalized = normalize(builder, configuration, rows, hidden, `${prefix}attention_norm`);
    const own = keysAndValues(builder, configuration, side, normalized, prefix);
    const seen = past ? behind(builder, configuration, side, past[layer], own) : own;
    all.push(seen);
    hidden = builder.add("Add", [hidden, attend(builder, configuration, side, normalized, { ...seen, bias: bias.ofLayer(layer), keys }, prefix)], { shape });

    const crossing = normalize(builder, configuration, rows, hidden, `${prefix}cross_norm`);
    const context = { ...text.keysValues[layer], bias: text.mask, keys: "encoder_time" };
    hidden = builder.add("Add", [hidden, attend(builder, configuration, side, crossing, context, `${prefix}cross_`)], { shape });

    const fed = feedForward(builder, configuration, rows, normalize(builder, configuration, rows, hidden, `${prefix}feed_forward_norm`), prefix);
    hidden = builder.add("Add", [hidden, fed], { shape });
  }
  return { hidden, keysValues: all };
}

/** Earlier and new keys and values along time. */
function behind(builder: GraphBuilder, { attentionHeads, headSize }: EncoderDecoderConfiguration, { batch }: SideRows, past: KeysValues, own: KeysValues): KeysValues {
  const join = (name: keyof KeysValues): string => builder.add("Concat", [past[name], own[name]], { attributes: { axis: int(2) }, shape: [batch, attentionHeads, "decoder_keys", headSize] });
  return { key: join("key"), value: join("value") };
}
