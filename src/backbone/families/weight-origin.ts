import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import type { Family } from "./family.js";

/** Where one of the engine's weights lies in a model's files, and what must be done to it. */
export interface WeightOrigin {
  readonly tensor: string;
  /** The shape that the whole tensor must have. */
  readonly shape: readonly number[];
  /** The part of a fused tensor, along its output dimension: [first, end). */
  readonly part?: readonly [first: number, end: number];
  /** Whether the tensor is a matrix [out, in] that the engine wants as [in, out]. */
  readonly transpose: boolean;
  /** Heads whose rows must be brought back into order. */
  readonly unpermute?: number;
  /** Added to every value. */
  readonly plus?: number;
}

/** How a format names and stores tensors. */
export interface TensorConventions {
  /** The tensor of one of our names; parts of a layer are named without it. */
  readonly name: (part: string, layer: number | undefined, kind: "weight" | "bias") => string;
  readonly inputFirst: boolean;
  readonly permuted: boolean;
  readonly normsAroundOne: boolean;
}

/** Origin of every weight in `decoderWeightShapes`, in that order. */
export function weightOrigins(family: Family, configuration: DecoderConfiguration, conventions: TensorConventions): Map<string, WeightOrigin> {
  const origins = new Map<string, WeightOrigin>();
  for (const [name, shape] of decoderWeightShapes(configuration)) origins.set(name, originOf(name, shape, family, configuration, conventions));
  return origins;
}

function originOf(name: string, shape: readonly number[], family: Family, configuration: DecoderConfiguration, conventions: TensorConventions): WeightOrigin {
  const found = /^(?:layers\.(\d+)\.)?(.*?)(_bias)?$/.exec(name)!;
  const layer = found[1] === undefined ? undefined : Number(found[1]);
  const part = found[2];
  const kind = found[3] ? "bias" : "weight";
  const fused = fusedPart(part, family, configuration);
  const output = fused?.width ?? shape[shape.length - 1];
  const isTable = part === "embeddings" || part === "output" || part === "position_embeddings";
  const isMatrix = shape.length === 2 && !isTable;
  const stored = isMatrix ? (conventions.inputFirst ? [shape[0], output] : [output, shape[0]]) : isTable ? shape : [output];
  const heads = part === "query" ? configuration.attentionHeads : part === "key" ? configuration.keyValueHeads : undefined;
  return {
    tensor: conventions.name(fused?.part ?? part, layer, kind),
    shape: stored,
    part: fused && [fused.first, fused.first + shape[shape.length - 1]],
    transpose: isMatrix && !conventions.inputFirst,
    unpermute: conventions.permuted ? heads : undefined,
    plus: conventions.normsAroundOne && kind === "weight" && part.endsWith("norm") ? 1 : undefined,
  };
}

/** The fused matrix that a projection is a part of: queries, keys, values; gate, up. */
function fusedPart(part: string, { fused }: Family, { attentionHeads, keyValueHeads, headSize, feedForwardSize }: DecoderConfiguration): { part: string; first: number; width: number } | undefined {
  const [query, keyValue] = [attentionHeads * headSize, keyValueHeads * headSize];
  if (fused.attention) {
    const first = { query: 0, key: query, value: query + keyValue }[part];
    if (first !== undefined) return { part: "fused_attention", first, width: query + 2 * keyValue };
  }
  if (fused.feedForward) {
    const first = { gate: 0, up: feedForwardSize }[part];
    if (first !== undefined) return { part: "fused_feed_forward", first, width: 2 * feedForwardSize };
  }
  return undefined;
}
