import type { Head, TrainableSpecification } from "../program.js";

/**
 * What training changes: the soft prompt, where there are virtual tokens, and a light head.
 * @param hiddenSize width of an embedding.
 * @param headWidth width of the hidden states that a light head reads, where it is another one.
 */
export function trainablesOf(virtualTokens: number, head: Head, hiddenSize: number, headWidth = hiddenSize): TrainableSpecification[] {
  return [
    ...(virtualTokens > 0 ? [{ name: "prompt", shape: [virtualTokens, hiddenSize] }] : []),
    ...(head.kind === "linear"
      ? [
          { name: "head.weight", shape: [head.classes, headWidth] },
          { name: "head.bias", shape: [head.classes] },
        ]
      : []),
  ];
}
