import { type EncoderDecoderConfiguration, type Side, sides } from "../../../engine/encoder-decoder/configuration.js";
import { encoderDecoderWeightShapes } from "../../../engine/encoder-decoder/weights.js";
import type { WeightOrigin } from "../weight-origin.js";

/** One of the engine's weights: of a layer, of a side, or of the whole model ("embeddings", "output"). */
export interface WeightPlace {
  readonly side?: Side;
  readonly layer?: number;
  readonly part: string;
}

/** Origin of every weight of `encoderDecoderWeightShapes`, in that order. */
export function encoderDecoderOrigins(configuration: EncoderDecoderConfiguration, tensorOf: (place: WeightPlace) => string): Map<string, WeightOrigin> {
  const origins = new Map<string, WeightOrigin>();
  for (const [name, shape] of encoderDecoderWeightShapes(configuration)) {
    const place = placeOf(name);
    const isTable = ["embeddings", "output", "relative_positions"].includes(place.part);
    const transpose = shape.length === 2 && !isTable;
    origins.set(name, { tensor: tensorOf(place), shape: transpose ? [...shape].reverse() : shape, transpose });
  }
  return origins;
}

const layerPart = new RegExp(`^(${sides.join("|")})\\.(?:layers\\.(\\d+)\\.)?(.+)$`);

function placeOf(name: string): WeightPlace {
  const found = layerPart.exec(name);
  if (!found) return { part: name };
  return { side: found[1] as Side, layer: found[2] === undefined ? undefined : Number(found[2]), part: found[3] };
}
