import { nearestTokens } from "../../inspection/nearest-tokens.js";
import type { NearnessMetric } from "../../inspection/nearness.js";
import { type PlacedPrompt, placePrompt, type PlaceSetting } from "../../inspection/place-prompt.js";
import type { MapOptions } from "../../inspection/prompt-map.js";
import { vocabularyOf } from "./neighbours.js";
import { type InspectionTarget, type InspectorOptions, withBackbone } from "./options.js";

export interface MapSetting extends PlaceSetting {
  /** Neighbours of each virtual token. */
  readonly k: number;
  readonly metric: NearnessMetric;
}

/** A map with what its points are. */
export interface NamedMap extends PlacedPrompt {
  /** In the order of the neighbours' places: the token, and the virtual tokens it is near to. */
  readonly tokens: { readonly id: number; readonly token: string; readonly of: number[] }[];
}

export async function mapWithNeighbours(target: InspectionTarget & MapSetting, options: InspectorOptions & Pick<MapOptions, "onProgress">): Promise<NamedMap> {
  return withBackbone(target, options, async (inspected, backbone) => {
    const found = await nearestTokens(inspected.prompt, vocabularyOf(backbone), { k: target.k, signal: options.signal });
    const near = new Map<number, number[]>();
    found.forEach((vector, index) => {
      for (const { id } of vector[target.metric]) near.set(id, [...(near.get(id) ?? []), index]);
    });
    const ids = [...near.keys()];
    const map = await placePrompt(inspected, backbone.embeddings.gather(ids), target, options);
    return { ...map, tokens: ids.map((id) => ({ id, token: backbone.tokenizer.displayToken(id), of: near.get(id)! })) };
  });
}
