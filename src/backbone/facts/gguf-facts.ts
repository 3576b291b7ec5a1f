import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import { readGgufDecoder } from "../gguf/decoder-configuration.js";
import { readGgufModel } from "../gguf/model-header.js";
import { metadataNumber, metadataText } from "../gguf/metadata.js";
import { createTokenizerFromGguf } from "../tokenizer/from-gguf.js";
import { addSizeFacts, tokenizerFacts } from "./size-facts.js";
import type { StepSize } from "./estimate-memory.js";
import { type FactsDraft, sharesOf } from "./model-facts.js";

/** @throws PromptTuningError where it cannot be used; what is known by then stands in the draft. */
export async function addGgufFacts(draft: FactsDraft, file: string, step: StepSize): Promise<void> {
  const header = await readGgufModel(file);
  const { metadata, tensors } = header;
  const counts = new Map<string, number>();
  for (const { type, elements } of tensors.values()) counts.set(type, (counts.get(type) ?? 0) + elements);
  draft.weights = sharesOf(counts);
  draft.parameters = [...counts.values()].reduce((sum, count) => sum + count, 0);
  draft.family = metadataText(metadata, "general.architecture", file);
  draft.contextLength = metadataNumber(metadata, `${draft.family}.context_length`, file);
  draft.licence ??= metadataText(metadata, "general.license", file);
  const { family, configuration } = await readGgufDecoder(header);
  draft.family = family.name;
  addSizeFacts(draft, configuration, decoderWeightShapes(configuration), step);
  draft.tokenizer = tokenizerFacts(createTokenizerFromGguf(metadata));
}
