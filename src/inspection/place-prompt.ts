import type { InspectedPrompt } from "./inspected-prompt.js";
import { type MapOptions, type PromptMap, promptMap } from "./prompt-map.js";
import { readSnapshots } from "./snapshots.js";

export interface PlaceSetting extends Pick<MapOptions, "projection" | "scaling"> {
  /** Whether the way through the training is shown. */
  readonly trajectory: boolean;
}

/** A map with the steps its trajectory goes through. */
export interface PlacedPrompt extends PromptMap {
  readonly steps: number[];
}

/** Points that UMAP places: the time it takes grows with them. */
const mostUmapPoints = 3000;

/** Places a prompt, its neighbours [n, width] (none where no backbone is at hand) and its way through the training. */
export async function placePrompt(inspected: InspectedPrompt, neighbours: Float32Array, { projection, scaling, trajectory }: PlaceSetting, { signal, onProgress }: Pick<MapOptions, "signal" | "onProgress">): Promise<PlacedPrompt> {
  const { prompt, width, virtualTokens } = inspected;
  let steps = trajectory ? readSnapshots(inspected).steps : [];
  while (projection === "umap" && steps.length > 2 && steps.length * virtualTokens > mostUmapPoints) steps = steps.filter((_, i) => i % 2 === 0);
  const map = await promptMap(prompt, neighbours, steps.map((snapshot) => snapshot.prompt), width, { projection, scaling, signal, onProgress });
  return { ...map, steps: steps.map(({ step }) => step) };
}
