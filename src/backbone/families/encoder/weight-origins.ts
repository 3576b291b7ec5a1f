import type { EncoderConfiguration } from "../../../engine/encoder/configuration.js";
import { encoderWeightShapes } from "../../../engine/encoder/weights.js";
import type { WeightOrigin } from "../weight-origin.js";
import type { EncoderFamily } from "./family.js";

/** Whether a folder holds a tensor of that name. */
export type HasTensor = (name: string) => boolean;

/** Origin of every weight in `encoderWeightShapes`, in that order. */
export function encoderWeightOrigins(family: EncoderFamily, configuration: EncoderConfiguration, has: HasTensor): Map<string, WeightOrigin> {
  const prefix = bodyPrefix(family, has);
  return new Map(
    [...encoderWeightShapes(configuration)].map(([name, shape]) => {
      const [, layer, part, bias] = /^(?:layers\.(\d+)\.)?(.*?)(_bias)?$/.exec(name)!;
      const fused = fusedPart(part, family, configuration);
      const place = layer === undefined ? prefix : `${prefix}${family.layers}.${layer}.`;
      const tensor = name === "output_bias" ? outputBias(family, has)! : storedName(`${headTensor(part, family) ?? `${place}${family.names[fused?.part ?? part]}`}`, bias ? "bias" : "weight", has);
      return [name, { tensor, ...layout(part, shape, fused) }];
    }),
  );
}

/** What the body's tensors begin with in these files. */
export function bodyPrefix({ prefix, names }: EncoderFamily, has: HasTensor): string {
  return has(`${prefix}${names.embeddings}.weight`) ? prefix : "";
}

/** The bias over the vocabulary, which files name in one of two ways. */
export function outputBias({ maskedHead }: EncoderFamily, has: HasTensor): string | undefined {
  return [maskedHead.outputBias, `${maskedHead.output}.bias`].find(has);
}

/** BERT's oldest files call weight and bias of a norm gamma and beta. */
function storedName(stem: string, kind: "weight" | "bias", has: HasTensor): string {
  const old = `${stem}.${kind === "weight" ? "gamma" : "beta"}`;
  return has(old) ? old : `${stem}.${kind}`;
}

function headTensor(part: string, { maskedHead }: EncoderFamily): string | undefined {
  return { head_transform: maskedHead.transform, head_norm: maskedHead.norm, output: maskedHead.output }[part];
}

interface FusedPart {
  readonly part: "fused_attention" | "fused_feed_forward";
  /** Which of the matrices that lie one below the other. */
  readonly index: number;
  readonly of: number;
}

function fusedPart(part: string, { fused }: EncoderFamily, { gatedFeedForward }: EncoderConfiguration): FusedPart | undefined {
  const attention = ["query", "key", "value"].indexOf(part);
  const feedForward = ["gate", "up"].indexOf(part);
  if (fused && attention >= 0) return { part: "fused_attention", index: attention, of: 3 };
  if (fused && gatedFeedForward && feedForward >= 0) return { part: "fused_feed_forward", index: feedForward, of: 2 };
  return undefined;
}

const tables = ["embeddings", "output", "position_embeddings", "token_type_embeddings"];

function layout(part: string, shape: readonly number[], fused: FusedPart | undefined): Pick<WeightOrigin, "shape" | "part" | "transpose"> {
  if (tables.includes(part)) return { shape, transpose: false };
  const width = shape[shape.length - 1];
  const rows = width * (fused?.of ?? 1);
  return {
    shape: shape.length === 2 ? [rows, shape[0]] : [rows],
    part: fused && [fused.index * width, (fused.index + 1) * width],
    transpose: shape.length === 2,
  };
}
