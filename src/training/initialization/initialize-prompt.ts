import type { Initialization } from "../../experiment/schema.js";
import { classLabelsPrompt } from "./class-labels.js";
import type { InitializationContext } from "./context.js";
import { filePrompt } from "./file.js";
import { normalPrompt } from "./normal.js";
import { randomPrompt } from "./random.js";
import { sampledVocabularyPrompt } from "./sampled-vocabulary.js";
import { textPrompt } from "./text.js";

/** The soft prompt's first values, row-major [virtual tokens, embedding width], in an array of their own. */
export async function initializePrompt(setting: Initialization, context: InitializationContext): Promise<Float32Array> {
  switch (setting.type) {
    case "random":
      return randomPrompt(context);
    case "normal":
      return normalPrompt(context);
    case "sampled-vocabulary":
      return sampledVocabularyPrompt(context, setting.mostCommon);
    case "text":
      return textPrompt(context, setting.text);
    case "class-labels":
      return classLabelsPrompt(context);
    case "file":
      return filePrompt(context, setting.path);
  }
}
