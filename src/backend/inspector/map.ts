import type { InspectedPrompt } from "../../inspection/inspected-prompt.js";
import { nearestTokens, type NearnessMetric } from "../../inspection/nearest-tokens.js";
import { type MapOptions, type PromptMap, promptMap } from "../../inspection/prompt-map.js";
import { readSnapshots } from "../../inspection/snapshots.js";
import { vocabularyOf } from "./neighbours.js";
import { type InspectionTarget, type InspectorOptions, withBackbone } from "./options.js";

export interface MapSetting extends Pick<MapOptions, "projection" | "scaling"> {
  /** Neighbours of each virtual token. */
  readonly k: number;
  readonly metric: NearnessMetric;
  /** Whether the way through the training is shown. */
  readonly trajectory: boolean;
}

/** A map with what its points are. */
export interface NamedMap extends PromptMap {
  /** In the order of the neighbours' places: the token, and the virtual tokens it is near to. */
  readonly tokens: { readonly id: number; readonly token: string; readonly of: number[] }[];
  /** In the order of the trajectory's places. */
  readonly steps: number[];
}

/** Earlier steps that UMAP places with the rest: the time it takes grows with the points. */
const mostUmapPoints = 3000;

export async function mapWithNeighbours(target: InspectionTarget & MapSetting, options: InspectorOptions & Pick<MapOptions, "onProgress">): Promise<NamedMap> {
  return withBackbone(target, options, async (inspected, backbone) => {
    const found = await nearestTokens(inspected.prompt, vocabularyOf(backbone), { k: target.k, signal: options.signal });
    const near = new Map<number, number[]>();
    found.forEach((vector, index) => {
      for (const { id } of vector[target.metric]) near.set(id, [...(near.get(id) ?? []), index]);
    });
    const ids = [...near.keys()];
    const map = await mapOf(inspected, backbone.embeddings.gather(ids), target, options);
    return { ...map, tokens: ids.map((id) => ({ id, token: backbone.tokenizer.displayToken(id), of: near.get(id)! })) };
  });
}

/** The map of a prompt alone, for which no backbone is needed. */
export async function mapAlone(inspected: InspectedPrompt, setting: Pick<MapSetting, "projection" | "scaling" | "trajectory">, options: Pick<MapOptions, "signal" | "onProgress">): Promise<NamedMap> {
  return { ...(await mapOf(inspected, new Float32Array(), setting, options)), tokens: [] };
}

async function mapOf(inspected: InspectedPrompt, neighbours: Float32Array, { projection, scaling, trajectory }: Pick<MapSetting, "projection" | "scaling" | "trajectory">, { signal, onProgress }: Pick<MapOptions, "signal" | "onProgress">): Promise<PromptMap & { readonly steps: number[] }> {
  const { prompt, width, virtualTokens } = inspected;
  let steps = trajectory ? readSnapshots(inspected).steps : [];
  while (projection === "umap" && steps.length > 2 && steps.length * virtualTokens > mostUmapPoints) steps = steps.filter((_, i) => i % 2 === 0);
  const map = await promptMap(prompt, neighbours, steps.map((snapshot) => snapshot.prompt), width, { projection, scaling, signal, onProgress });
  return { ...map, steps: steps.map(({ step }) => step) };
}
