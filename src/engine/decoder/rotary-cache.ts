import { floatInitializer, type Initializer } from "../graph/initializer.js";
import type { DecoderConfiguration } from "./configuration.js";

/**
 * cos and sin of position·θ^(−2i/headSize), each [contextLength, headSize / 2] (Su et al. 2021, equation 15).
 * Angles are computed in double and rounded once, at the end.
 */
export function rotaryCaches({ contextLength, headSize, ropeTheta }: DecoderConfiguration): { cosine: Initializer; sine: Initializer } {
  const half = headSize / 2;
  const cosine = new Float32Array(contextLength * half);
  const sine = new Float32Array(contextLength * half);
  for (let i = 0; i < half; i++) {
    // The reference implementation rounds the frequency to float32 before it multiplies by the position.
    const frequency = Math.fround(1 / Math.pow(ropeTheta, (2 * i) / headSize));
    for (let position = 0; position < contextLength; position++) {
      const angle = Math.fround(position * frequency);
      cosine[position * half + i] = Math.cos(angle);
      sine[position * half + i] = Math.sin(angle);
    }
  }
  return {
    cosine: floatInitializer("rotary.cosine", [contextLength, half], cosine),
    sine: floatInitializer("rotary.sine", [contextLength, half], sine),
  };
}
