import { encoderDecoderWeightShapes } from "../../engine/encoder-decoder/weights.js";
import { EncoderDecoderBackbone } from "../families/encoder-decoder/encoder-decoder-backbone.js";
import { type EncoderDecoderFamily, huggingFaceNames } from "../families/encoder-decoder/family.js";
import { encoderDecoderOrigins, type WeightPlace } from "../families/encoder-decoder/weight-origins.js";
import type { ConfigurationFile } from "./configuration-file.js";
import { readEncoderDecoderConfiguration } from "./encoder-decoder-configuration.js";
import type { ModelPlan } from "./model-plan.js";
import type { WeightsFolder } from "./weights-folder.js";

const outputMatrix = "lm_head.weight";
const embeddings = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];
/** Copies of the embeddings, and a table of early T5 files that nothing reads (transformers passes over it too). */
const unread: readonly string[] = [...embeddings, "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"];

/** An encoder-decoder of T5's kind from a folder as transformers writes them. */
export function encoderDecoderPlan(family: EncoderDecoderFamily, config: ConfigurationFile, file: string, folder: WeightsFolder): ModelPlan {
  const configuration = readEncoderDecoderConfiguration(config, family, folder.tensors.has(outputMatrix), file);
  return {
    family: family.name,
    sizes: { ...configuration, layers: configuration.encoderLayers + configuration.decoderLayers, keyValueHeads: configuration.attentionHeads },
    shapes: encoderDecoderWeightShapes(configuration),
    origins: encoderDecoderOrigins(configuration, tensorNames(folder, configuration.gatedFeedForward)),
    ignores: (name) => unread.includes(name),
    open: (parts) => new EncoderDecoderBackbone({ ...parts, family, configuration }),
  };
}

function tensorNames({ tensors }: WeightsFolder, gated: boolean): (place: WeightPlace) => string {
  return ({ side, layer, part }) => {
    if (side === undefined) return part === "output" ? outputMatrix : (embeddings.find((name) => tensors.has(name)) ?? embeddings[0]);
    if (layer === undefined) return `${side}.final_layer_norm.weight`;
    return `${side}.block.${layer}.${huggingFaceNames(side, gated)[part]}.weight`;
  };
}
