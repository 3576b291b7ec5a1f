import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../src/common/random.js";
import { principalPlane, projectOn } from "../../src/inspection/pca.js";
import { symmetricEigen } from "../../src/inspection/symmetric-eigen.js";

interface Reference {
  readonly name: string;
  readonly width: number;
  readonly points: number[];
  readonly mean: number[];
  readonly axes: number[][];
  readonly explained: number[];
}
const references = JSON.parse(readFileSync(new URL("reference/pca.json", import.meta.url), "utf8")) as Reference[];

const inner = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, value, j) => sum + value * b[j], 0);
/** Points whose columns have very different spreads, so that their order of variance is certain. */
function cloud(seed: number, count: number, width: number): Float32Array {
  const random = RandomSource.fromSeed(seed);
  return Float32Array.from({ length: count * width }, (_, i) => random.normal() * 4 * 0.6 ** (i % width));
}

describe("principal components", () => {
  it.each(references)("equal numpy's: $name", async ({ width, points, mean, axes, explained }) => {
    const plane = await principalPlane(Float32Array.from(points), width);
    plane.mean.forEach((value, j) => expect(value).toBeCloseTo(mean[j], 10));
    for (const i of [0, 1]) {
      expect(plane.explained[i]).toBeCloseTo(explained[i], 9);
      // An axis has no direction of its own: numpy's may be the opposite one. One without variance is zero here.
      if (explained[i] > 1e-12) expect(Math.abs(inner(plane.axes[i], axes[i]))).toBeCloseTo(1, 9);
      else expect(inner(plane.axes[i], plane.axes[i])).toBe(0);
    }
  });

  it("are orthonormal, ordered, and point to their largest coordinate", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 40 }), fc.integer({ min: 2, max: 20 }), async (seed, count, width) => {
        const { axes, explained } = await principalPlane(cloud(seed, count, width), width);
        expect(inner(axes[0], axes[1])).toBeCloseTo(0, 9);
        for (const axis of axes) {
          expect(inner(axis, axis)).toBeCloseTo(1, 9);
          expect(Math.max(...axis)).toBeGreaterThanOrEqual(-Math.min(...axis) * (1 - 1e-6));
        }
        expect(explained[0]).toBeGreaterThanOrEqual(explained[1]);
        expect(explained[0] + explained[1]).toBeLessThanOrEqual(1 + 1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it("tell the variance that the projection has, and no plane has more", async () => {
    const [count, width] = [50, 12];
    const points = cloud(5, count, width);
    const plane = await principalPlane(points, width);
    const variance = (places: (readonly [number, number])[], axis: 0 | 1) => places.reduce((sum, place) => sum + place[axis] ** 2, 0);
    let total = 0;
    points.forEach((value, i) => (total += (value - plane.mean[i % width]) ** 2));
    const places = projectOn(plane, points);
    for (const axis of [0, 1] as const) expect(variance(places, axis) / total).toBeCloseTo(plane.explained[axis], 10);
    const random = RandomSource.fromSeed(3);
    for (let trial = 0; trial < 100; trial++) {
      const other = Float64Array.from({ length: width }, () => random.normal());
      const unit = other.map((value) => value / Math.sqrt(inner(other, other)));
      expect(variance(projectOn({ ...plane, axes: [unit, unit] }, points), 0)).toBeLessThanOrEqual(variance(places, 0) * (1 + 1e-12));
    }
  });

  it("do not depend on where the points lie, nor on which way they are turned", async () => {
    const points = cloud(9, 30, 6);
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turned = Float32Array.from(points);
    for (let row = 0; row < 30; row++) {
      const [x, y] = [points[row * 6], points[row * 6 + 3]];
      turned[row * 6] = c * x - s * y + 100;
      turned[row * 6 + 3] = s * x + c * y - 7;
    }
    const before = projectOn(await principalPlane(points, 6), points);
    const after = projectOn(await principalPlane(turned, 6), turned);
    const distance = (places: (readonly [number, number])[], a: number, b: number) => Math.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]);
    for (let i = 1; i < 30; i++) expect(distance(after, 0, i)).toBeCloseTo(distance(before, 0, i), 3);
  });

  it("are the same twice, and nothing for points without spread", async () => {
    const points = cloud(2, 25, 9);
    expect(await principalPlane(points, 9)).toEqual(await principalPlane(points.slice(), 9));
    for (const same of [Float32Array.of(1, 2, 3), Float32Array.of(0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3)]) {
      const plane = await principalPlane(same, 3);
      expect(plane.explained).toEqual([0, 0]);
      for (const [x, y] of projectOn(plane, same)) expect([Math.abs(x), Math.abs(y)]).toEqual([0, 0]);
    }
  });

  it("of points on a line have one axis", async () => {
    const plane = await principalPlane(Float32Array.of(0, 0, 1, 2, 2, 4, 3, 6), 2);
    expect(plane.explained[0]).toBeCloseTo(1, 12);
    expect(plane.explained[1]).toBeCloseTo(0, 12);
    expect(plane.axes[0][1] / plane.axes[0][0]).toBeCloseTo(2, 9);
  });

  it("stop when told", async () => {
    // A sphere: no direction is better than another, so that the iteration is long.
    const random = RandomSource.fromSeed(1);
    const sphere = Float32Array.from({ length: 400 * 200 }, () => random.normal());
    await expect(principalPlane(sphere, 200, AbortSignal.abort())).rejects.toMatchObject({ kind: "stopped" });
  });
});

describe("eigenvalues of a small symmetric matrix", () => {
  it("satisfy A·v = λ·v, with orthonormal vectors and falling values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (n, seed) => {
        const random = RandomSource.fromSeed(seed);
        const matrix = new Float64Array(n * n);
        for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
        const { values, vectors } = symmetricEigen(matrix, n);
        vectors.forEach((vector, i) => {
          for (let row = 0; row < n; row++) expect(inner(matrix.subarray(row * n, row * n + n), vector)).toBeCloseTo(values[i] * vector[row], 10);
          vectors.forEach((other, k) => expect(inner(vector, other)).toBeCloseTo(i === k ? 1 : 0, 11));
          if (i > 0) expect(values[i - 1]).toBeGreaterThanOrEqual(values[i]);
        });
      }),
    );
  });
});
