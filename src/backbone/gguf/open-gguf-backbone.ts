import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromGguf } from "../tokenizer/from-gguf.js";
import { GgufBackbone } from "./gguf-backbone.js";
import { readGgufHeader } from "./header.js";
import { readLlamaConfiguration } from "./llama-configuration.js";
import { prepareLlamaWeights } from "./prepare-weights.js";

/** @param hash SHA-256 (hex) of the GGUF file. */
export async function openGgufBackbone(files: ModelFiles, hash: string, options: OpenBackboneOptions): Promise<Backbone> {
  const header = await readGgufHeader(files.modelFile);
  const configuration = readLlamaConfiguration(header);
  const tokenizer = createTokenizerFromGguf(header.metadata);
  const weights = await prepareLlamaWeights(header, configuration, hash, options.cache, options.onProgress);
  return new GgufBackbone({
    description: {
      name: files.name,
      family: "llama",
      format: "gguf",
      hiddenSize: configuration.hiddenSize,
      layers: configuration.layers,
      attentionHeads: configuration.attentionHeads,
      contextLength: configuration.contextLength,
      vocabularySize: configuration.vocabularySize,
      hash,
      hubId: files.hubId,
    },
    configuration,
    weights,
    tokenizer,
  });
}
