import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimate, mostPerColumn } from "../../../webview/shared/chart/decimation.js";

/** A curve with gaps, and a window into it. */
const curve = fc
  .record({
    steps: fc.array(fc.double({ min: 0.001, max: 50, noNaN: true }), { minLength: 1, maxLength: 400 }),
    values: fc.array(fc.oneof({ arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }), weight: 5 }, fc.constant(Number.NaN)), { minLength: 400, maxLength: 400 }),
    columns: fc.integer({ min: 1, max: 40 }),
    ends: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    kind: fc.constantFrom("linear" as const, "log" as const),
  })
  .map(({ steps, values, columns, ends, kind }) => {
    let at = 0;
    const x = Float64Array.from(steps, (gap) => (at += gap));
    const y = Float64Array.from(values.slice(0, x.length));
    const place = (share: number): number => x[0] + share * (x[x.length - 1] - x[0]);
    const [min, max] = [place(Math.min(...ends)), place(Math.max(...ends))];
    return { x, y, window: { range: { min, max: max > min ? max : min + 1 }, kind, columns } };
  });

describe("decimation", () => {
  it("keeps of each column the first, the last, the least and the greatest value", () => {
    fc.assert(
      fc.property(curve, ({ x, y, window }) => {
        const { range, columns, kind } = window;
        const drawn = decimate(x, y, window);
        const scale = (value: number): number => (kind === "log" ? Math.log10(value) : value);
        const perColumn = (scale(range.max) - scale(range.min)) / columns;
        const byColumn = new Map<number, number[]>();
        for (let i = 0; i < x.length; i++) {
          if (x[i] < range.min || x[i] > range.max || Number.isNaN(y[i])) continue;
          const column = Math.min(columns, Math.floor((scale(x[i]) - scale(range.min)) / perColumn));
          byColumn.set(column, [...(byColumn.get(column) ?? []), i]);
        }
        const has = (index: number): boolean => drawn.some((point) => point.x === x[index] && point.y === y[index]);
        for (const indices of byColumn.values()) {
          const values = indices.map((index) => y[index]);
          expect(has(indices[0])).toBe(true);
          expect(has(indices.at(-1)!)).toBe(true);
          const ys = drawn.filter((point) => indices.some((index) => x[index] === point.x)).map((point) => point.y);
          expect(Math.min(...ys.filter((value) => !Number.isNaN(value)))).toBe(Math.min(...values));
          expect(Math.max(...ys.filter((value) => !Number.isNaN(value)))).toBe(Math.max(...values));
        }
      }),
    );
  });

  it("never gives more points than the columns have room for, in order, and only points of the curve", () => {
    fc.assert(
      fc.property(curve, ({ x, y, window }) => {
        const drawn = decimate(x, y, window);
        expect(drawn.length).toBeLessThanOrEqual((window.columns + 2) * mostPerColumn);
        drawn.forEach((point, at) => {
          if (at > 0) expect(point.x).toBeGreaterThanOrEqual(drawn[at - 1].x);
          const index = x.indexOf(point.x);
          expect(index).toBeGreaterThanOrEqual(0);
          if (!Number.isNaN(point.y)) expect(point.y).toBe(y[index]);
        });
      }),
    );
  });

  it("draws no line over a gap that is wider than a column", () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i);
    const y = Float64Array.from(x, (at) => (at >= 300 && at < 600 ? Number.NaN : at));
    const drawn = decimate(x, y, { range: { min: 0, max: 999 }, kind: "linear", columns: 50 });
    const before = drawn.findIndex(({ x: at }) => at >= 600);
    expect(Number.isNaN(drawn[before].y) || Number.isNaN(drawn[before - 1].y)).toBe(true);
    expect(drawn.filter(({ y: value }) => Number.isNaN(value))).toHaveLength(1);
  });

  it("keeps one point beyond either side, so that the line leaves the picture", () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i);
    const drawn = decimate(x, x, { range: { min: 400.5, max: 500.5 }, kind: "linear", columns: 10 });
    expect([drawn[0].x, drawn.at(-1)!.x]).toEqual([400, 501]);
  });

  it("has no place for zero on a logarithmic axis", () => {
    const x = Float64Array.of(-1, 0, 1, 10);
    expect(decimate(x, x, { range: { min: -5, max: 10 }, kind: "log", columns: 10 }).map((point) => point.x)).toEqual([1, 10]);
  });
});
