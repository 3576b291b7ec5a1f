import { nearestTokens } from "../../inspection/nearest-tokens.js";
import { nearnessMetrics, type NearnessMetric } from "../../inspection/nearness.js";
import { readSnapshots, type Snapshots } from "../../inspection/snapshots.js";
import { vocabularyOf } from "./neighbours.js";
import { type InspectionTarget, type InspectorOptions, withBackbone } from "./options.js";

/** The nearest tokens of each virtual token at one step, nearest first: ids and what the measure says of them [P][k]. */
export interface NearestAtStep {
  readonly ids: number[][];
  readonly values: number[][];
}

export interface TimelineStep {
  readonly step: number;
  /** Norm of each vector [P]. */
  readonly norms: number[];
  /** Euclidean distance of each vector from where it was at the first step there is [P]. */
  readonly moved: number[];
  readonly nearest: Readonly<Record<NearnessMetric, NearestAtStep>>;
}

/** A prompt's way through its training. */
export interface Timeline extends Pick<Snapshots, "source" | "damaged" | "learned"> {
  readonly steps: TimelineStep[];
  /** What every id in it reads as. */
  readonly tokens: (readonly [id: number, token: string])[];
}

export async function promptTimeline(target: InspectionTarget & { readonly k: number }, options: InspectorOptions & { readonly onProgress?: (done: number, total: number) => void }): Promise<Timeline> {
  return withBackbone(target, options, async (inspected, backbone) => {
    const { source, damaged, learned, steps } = readSnapshots(inspected);
    const { width } = inspected;
    const vocabulary = vocabularyOf(backbone);
    const ids = new Set<number>();
    const told: TimelineStep[] = [];
    for (const { step, prompt } of steps) {
      const found = await nearestTokens(prompt, vocabulary, { k: target.k, signal: options.signal });
      const listed = (metric: NearnessMetric): NearestAtStep => ({ ids: found.map((vector) => vector[metric].map(({ id }) => id)), values: found.map((vector) => vector[metric].map((near) => near[metric])) });
      for (const metric of nearnessMetrics) for (const vector of found) for (const { id } of vector[metric]) ids.add(id);
      told.push({ step, norms: found.map(({ norm }) => norm), moved: distances(prompt, steps[0].prompt, width), nearest: Object.fromEntries(nearnessMetrics.map((metric) => [metric, listed(metric)])) as TimelineStep["nearest"] });
      options.onProgress?.(told.length, steps.length);
    }
    return { source, damaged, learned, steps: told, tokens: Array.from(ids, (id) => [id, backbone.tokenizer.displayToken(id)] as const) };
  });
}

/** Euclidean distance of each row of a from the same row of b. */
export function distances(a: Float32Array, b: Float32Array, width: number): number[] {
  return Array.from({ length: a.length / width }, (_, row) => {
    let square = 0;
    for (let j = row * width; j < (row + 1) * width; j++) square += (a[j] - b[j]) ** 2;
    return Math.sqrt(square);
  });
}
