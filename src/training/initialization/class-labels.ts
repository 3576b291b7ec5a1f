import { PromptTuningError } from "../../common/errors.js";
import type { InitializationContext } from "./context.js";
import { sampledVocabularyTokens } from "./sampled-vocabulary.js";

/** The vocabulary that fills what the words leave (Lester et al. 2021, section 3.2). */
const fillMostCommon = 5000;

/**
 * Class labels as Lester et al. 2021, section 3.2: one virtual token for each of the verbalizer's words, in its order;
 * a word of several tokens gives the mean of their embeddings; virtual tokens left over are drawn from the 5,000 most
 * common tokens. With fewer virtual tokens than words, the first words are taken. [P, d]. Throws (experiment) without words.
 */
export function classLabelsPrompt(context: InitializationContext): Float32Array {
  const { virtualTokens, embeddings, tokenizer, labelWords } = context;
  if (labelWords.length === 0)
    throw new PromptTuningError("experiment", "method.init \"class-labels\" needs label words, and this task has none.", {
      advice: "Use a classification task with a verbalizer, or another initialisation.",
    });
  const prompt = new Float32Array(virtualTokens * embeddings.width);
  const named = labelWords.slice(0, virtualTokens);
  named.forEach((word, row) => {
    const ids = tokenizer.encode(word);
    if (ids.length === 0)
      throw new PromptTuningError("experiment", `The word ${JSON.stringify(word)} of the verbalizer has no token.`, {
        advice: "Give every label a word with at least one visible character.",
      });
    prompt.set(meanRow(embeddings.gather(ids), embeddings.width), row * embeddings.width);
  });
  const fill = sampledVocabularyTokens(context, virtualTokens - named.length, fillMostCommon);
  prompt.set(embeddings.gather(fill), named.length * embeddings.width);
  return prompt;
}

function meanRow(rows: Float32Array, width: number): Float64Array {
  const sum = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sum[i % width] += rows[i];
  return sum.map((value) => value / (rows.length / width));
}
