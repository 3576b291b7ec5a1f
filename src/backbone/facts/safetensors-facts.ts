import { readWeightsFolder } from "../safetensors/weights-folder.js";
import { readSafetensorsModel, readSafetensorsTokenizer } from "../safetensors/open-safetensors-backbone.js";
import type { ModelFiles } from "../sources/source.js";
import { addSizeFacts, tokenizerFacts } from "./size-facts.js";
import type { StepSize } from "./estimate-memory.js";
import { type FactsDraft, sharesOf } from "./model-facts.js";

/** @throws PromptTuningError where it cannot be used; what is known by then stands in the draft. */
export async function addSafetensorsFacts(draft: FactsDraft, files: ModelFiles, step: StepSize): Promise<void> {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of readWeightsFolder(files.modelFile).tensors.values()) counts.set(dtype, (counts.get(dtype) ?? 0) + shape.reduce((product, size) => product * size, 1));
  draft.weights = sharesOf(counts);
  draft.parameters = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const { family, sizes, shapes } = (await readSafetensorsModel(files)).plan;
  draft.family = family;
  addSizeFacts(draft, sizes, shapes, step);
  draft.tokenizer = tokenizerFacts(await readSafetensorsTokenizer(files));
}
