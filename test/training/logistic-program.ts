import type { Program, Sequence, StepResult, TensorValues } from "../../src/engine/program.js";
import { RandomSource } from "../../src/common/random.js";

/** Width of the prompt of the logistic program. */
export const width = 3;
export const virtualTokens = 2;
const classes = 2;

/**
 * A small deterministic Program: logistic regression whose features are made from the tokens, with weights
 * sum over virtual tokens of the prompt, and a light head that scales and shifts the score. Gradients are exact.
 */
export class LogisticProgram implements Program {
  readonly trainables = [
    { name: "prompt", shape: [virtualTokens, width] },
    { name: "head.weight", shape: [classes, width] },
    { name: "head.bias", shape: [classes] },
  ];
  readonly head = { kind: "linear", classes } as const;
  /** The batches that step saw, as first tokens. */
  readonly seen: number[][] = [];
  onStep: (call: number) => void = () => {};
  private calls = 0;

  async step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    this.seen.push(batch.map((sequence) => sequence.tokens[0]));
    await Promise.resolve();
    const gradients = { prompt: new Float32Array(virtualTokens * width), "head.weight": new Float32Array(classes * width), "head.bias": new Float32Array(classes) };
    let loss = 0;
    for (const sequence of batch) {
      const features = featuresOf(sequence);
      const hidden = features.map((feature, j) => feature * (values.prompt[j] + values.prompt[width + j]));
      const logits = [0, 1].map((c) => values["head.bias"][c] + hidden.reduce((sum, h, j) => sum + h * values["head.weight"][c * width + j], 0));
      const target = sequence.scored[0].target;
      const probability = 1 / (1 + Math.exp(logits[1 - target] - logits[target]));
      loss -= Math.log(probability) / batch.length;
      for (let c = 0; c < classes; c++) {
        const g = ((c === target ? probability - 1 : 1 - probability) / batch.length);
        gradients["head.bias"][c] += g;
        for (let j = 0; j < width; j++) {
          gradients["head.weight"][c * width + j] += g * hidden[j];
          const inner = g * values["head.weight"][c * width + j] * features[j];
          gradients.prompt[j] += inner;
          gradients.prompt[width + j] += inner;
        }
      }
    }
    this.onStep(this.calls++);
    return { loss, gradients };
  }

  score(): never {
    throw new Error("Training does not score.");
  }
  generate(): never {
    throw new Error("Training does not generate.");
  }
  async dispose(): Promise<void> {}
}

function featuresOf(sequence: Sequence): number[] {
  return Array.from({ length: width }, (_, j) => Math.sin(sequence.tokens[0] * (j + 1)) + sequence.tokens.length / 10);
}

/** Items that logistic regression can learn, of several lengths. */
export function logisticItems(count: number): Sequence[] {
  return Array.from({ length: count }, (_, i) => {
    const length = 2 + ((i * 5) % 7);
    return {
      tokens: Int32Array.from({ length }, (_, t) => (t === 0 ? i : t)),
      virtualTokens: new Int32Array(length).fill(-1),
      scored: [{ row: length - 1, target: Math.sin(i) + Math.sin(2 * i) > 0 ? 1 : 0 }],
    };
  });
}

export function logisticValues(seed = 5): Record<string, Float32Array> {
  const random = RandomSource.fromSeed(seed);
  const normal = (length: number) => Float32Array.from({ length }, () => 0.3 * random.normal());
  return { prompt: normal(virtualTokens * width), "head.weight": normal(classes * width), "head.bias": new Float32Array(classes) };
}
