import { describe, expect, it } from "vitest";
import { RandomSource } from "../../src/common/random.js";
import { umapLayout } from "../../src/inspection/umap-layout.js";

/** Two groups of 12 points, far apart. */
function groups(): Float32Array {
  const random = RandomSource.fromSeed(4);
  return Float32Array.from({ length: 24 * 8 }, (_, i) => random.normal() + (i < 12 * 8 ? 20 : -20));
}

describe("UMAP", () => {
  it("is the same for the same seed, keeps neighbours together, and tells how far it is", async () => {
    const told: number[] = [];
    const first = await umapLayout(groups(), 8, { neighbours: 6, onProgress: (done, total) => told.push(done / total) });
    expect(await umapLayout(groups(), 8, { neighbours: 6 })).toEqual(first);
    expect(await umapLayout(groups(), 8, { neighbours: 6, seed: 2 })).not.toEqual(first);
    expect(told.at(-1)).toBe(1);
    for (let i = 0; i < 24; i++) {
      const nearest = first
        .map(([x, y], k) => ({ k, distance: Math.hypot(x - first[i][0], y - first[i][1]) }))
        .filter(({ k }) => k !== i)
        .sort((a, b) => a.distance - b.distance)[0];
      expect(nearest.k < 12).toBe(i < 12);
    }
  });

  it("says when there are too few points, and stops when told", async () => {
    await expect(umapLayout(new Float32Array(9), 3)).rejects.toMatchObject({ kind: "usage" });
    await expect(umapLayout(Float32Array.from({ length: 300 }, (_, i) => Math.sin(i)), 3, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
    expect(await umapLayout(Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), 3)).toHaveLength(4);
  });
});
