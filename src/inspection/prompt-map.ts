import type { MapScaling, Projection } from "./map-setting.js";
import { principalPlane, projectOn } from "./pca.js";
import { rowNorms } from "./norms.js";
import { umapLayout } from "./umap-layout.js";

type Place = readonly [x: number, y: number];

export interface PromptMap {
  readonly projection: Projection;
  /** Of each virtual token. */
  readonly virtualTokens: Place[];
  /** Of each neighbour given. */
  readonly neighbours: Place[];
  /** Of each virtual token at each earlier step given. */
  readonly trajectory: Place[][];
  /** Share of the variance that each axis shows; null for UMAP, whose axes mean nothing. */
  readonly explained: Place | null;
}

export interface MapOptions {
  readonly projection: Projection;
  readonly scaling?: MapScaling;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Places a prompt [P, width], its vocabulary neighbours [n, width] and its earlier steps ([P, width] each) in a plane.
 * The principal plane is that of the prompt and its neighbours; the earlier steps are projected onto it. UMAP, which
 * cannot project, places all of them together.
 * @throws PromptTuningError kind "usage" where there are too few points for UMAP, "stopped" when the signal fires.
 */
export async function promptMap(
  prompt: Float32Array,
  neighbours: Float32Array,
  trajectory: readonly Float32Array[],
  width: number,
  { projection, scaling = "as-is", signal, onProgress }: MapOptions,
): Promise<PromptMap> {
  const count = prompt.length / width;
  const near = neighbours.length / width;
  const scaled = (vectors: Float32Array): Float32Array => (scaling === "directions" ? unitRows(vectors, width) : vectors);
  const present = joined([scaled(prompt), scaled(neighbours)]);
  const past = joined(trajectory.map(scaled));
  let places: Place[];
  let explained: Place | null = null;
  if (projection === "pca") {
    const plane = await principalPlane(present, width, signal);
    places = projectOn(plane, joined([present, past]));
    explained = plane.explained;
  } else {
    places = await umapLayout(joined([present, past]), width, { signal, onProgress });
  }
  const at = (step: number): number => count + near + step * count;
  return {
    projection,
    virtualTokens: places.slice(0, count),
    neighbours: places.slice(count, count + near),
    trajectory: trajectory.map((_, step) => places.slice(at(step), at(step + 1))),
    explained,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Rows divided by their norms; a row of zeros stays. */
function unitRows(vectors: Float32Array, width: number): Float32Array {
  const norms = rowNorms(vectors, width);
  return vectors.map((value, i) => (norms[Math.floor(i / width)] > 0 ? value / norms[Math.floor(i / width)] : 0));
}
