import type { RandomSource } from "../../common/random.js";
import type { TrainableSpecification } from "../../engine/program.js";
import { elementCount } from "../optimizers/optimizer.js";

/** Standard deviation of a new linear layer's weights, as the transformers library's initializer_range. */
const deviation = 0.02;

/** First values of the trainables other than the prompt (the light head): weights N(0, 0.02²), biases (one dimension) 0. */
export function initializeHead(trainables: readonly TrainableSpecification[], random: RandomSource): Record<string, Float32Array> {
  return Object.fromEntries(
    trainables
      .filter(({ name }) => name !== "prompt")
      .map((trainable) => {
        const values = new Float32Array(elementCount(trainable));
        return [trainable.name, trainable.shape.length > 1 ? values.map(() => deviation * random.normal()) : values];
      }),
  );
}
