import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterKey } from "../../../webview/shared/chart/chart-keys.js";
import { firstAfter, firstAtLeast, nearestIndex, Points } from "../../../webview/shared/chart/points.js";
import { chosenRows, toCsv } from "../../../webview/shared/chart/rows.js";
import { extent, padded, panned, zoomed } from "../../../webview/shared/chart/scale.js";
import { smooth } from "../../../webview/shared/chart/smoothing.js";

const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });

describe("points", () => {
  it("grow, and are cut back by an x that is there already", () => {
    const points = new Points(2);
    for (let x = 1; x <= 10; x++) points.add(x, x === 4 ? null : x * 2);
    expect([...points.x]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(points.y[3]).toBeNaN();
    points.add(6, -1);
    expect([...points.x]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(points.y[5]).toBe(-1);
    points.cutAfter(2.5);
    expect([...points.y]).toEqual([2, 4]);
  });

  it("are found as a search from the begin finds them", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (values, x) => {
        const sorted = values.sort((a, b) => a - b);
        const atLeast = sorted.findIndex((value) => value >= x);
        const after = sorted.findIndex((value) => value > x);
        expect(firstAtLeast(sorted, x)).toBe(atLeast < 0 ? sorted.length : atLeast);
        expect(firstAfter(sorted, x)).toBe(after < 0 ? sorted.length : after);
        const distance = Math.min(...sorted.map((value) => Math.abs(value - x)));
        expect(Math.abs(sorted[nearestIndex(sorted, x)] - x)).toBe(distance);
      }),
    );
    expect(nearestIndex([], 1)).toBe(-1);
  });
});

describe("smoothing", () => {
  it("is TensorBoard's average with its bias correction", () => {
    const y = Float64Array.of(1, 2, 4);
    // last: 0.4, 1.04, 2.224; divided by 1 − 0.6^n.
    const expected = [0.4 / 0.4, 1.04 / 0.64, 2.224 / 0.784];
    smooth(y, 0.6).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 12));
    expect(smooth(y, 0)).toBe(y);
  });

  it("leaves a constant as it is, stays within the values, and keeps gaps", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.constant(Number.NaN)), { maxLength: 100 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, weight) => {
        const known = values.filter((value) => !Number.isNaN(value));
        const smoothed = smooth(Float64Array.from(values), weight);
        smoothed.forEach((value, index) => {
          expect(Number.isNaN(value)).toBe(Number.isNaN(values[index]));
          if (Number.isNaN(value)) return;
          expect(value).toBeGreaterThanOrEqual(Math.min(...known) - 1e-6);
          expect(value).toBeLessThanOrEqual(Math.max(...known) + 1e-6);
        });
      }),
    );
    smooth(new Float64Array(50).fill(3), 0.9).forEach((value) => expect(value).toBeCloseTo(3, 10));
  });
});

describe("scales", () => {
  const limits = { min: 1, max: 1000 };
  it("zoom so that the value at the pointer stays in its place, never beyond the limits", () => {
    fc.assert(
      fc.property(fc.constantFrom("linear" as const, "log" as const), fc.double({ min: 0.05, max: 20, noNaN: true }), fc.double({ min: 1, max: 1000, noNaN: true }), (kind, factor, at) => {
        const range = zoomed(limits, factor, at, kind, limits);
        expect(range.min).toBeGreaterThanOrEqual(limits.min - 1e-9);
        expect(range.max).toBeLessThanOrEqual(limits.max + 1e-6);
        if (factor >= 1) {
          expect(range).toEqual(limits);
          return;
        }
        const share = (value: number, { min, max }: typeof limits): number => (kind === "log" ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min));
        expect(share(at, range)).toBeCloseTo(share(at, limits), 6);
      }),
    );
  });

  it("pan by a share of what is shown and stop at the limits", () => {
    expect(panned({ min: 100, max: 200 }, 0.5, "linear", limits)).toEqual({ min: 150, max: 250 });
    expect(panned({ min: 100, max: 200 }, -5, "linear", limits)).toEqual({ min: 1, max: 101 });
    expect(panned({ min: 900, max: 1000 }, 1, "linear", limits)).toEqual({ min: 900, max: 1000 });
  });

  it("hold what can be shown", () => {
    expect(extent([3, Number.NaN, -1, 7], "linear")).toEqual({ min: -1, max: 7 });
    expect(extent([3, 0, -1, 7], "log")).toEqual({ min: 3, max: 7 });
    expect(extent([0, Number.NaN], "log")).toBeUndefined();
    const one = padded({ min: 5, max: 5 }, "linear");
    expect(one.min).toBeLessThan(5);
    expect(one.max).toBeGreaterThan(5);
  });
});

describe("keys", () => {
  const places = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  const setting = { limits: { min: 1, max: 100 }, kind: "linear" as const, places };
  it("walk from point to point and take the picture along", () => {
    const start = { range: { min: 10, max: 20 }, cursor: undefined };
    const first = afterKey("ArrowRight", start, setting)!;
    expect(first).toEqual({ range: { min: 10, max: 20 }, cursor: 10 });
    let view = { ...first };
    for (let i = 0; i < 15; i++) view = afterKey("ArrowRight", view, setting)! as typeof view;
    expect(view.cursor).toBe(25);
    expect(view.range!.min).toBeLessThanOrEqual(25);
    expect(view.range!.max).toBeGreaterThanOrEqual(25);
    expect(afterKey("End", view, setting)!.cursor).toBe(100);
    expect(afterKey("Home", view, setting)!.cursor).toBe(1);
    expect(afterKey("ArrowLeft", { range: undefined, cursor: 1 }, setting)!.cursor).toBe(1);
  });

  it("zoom, show everything, and leave other keys alone", () => {
    const zoomedIn = afterKey("+", { range: undefined, cursor: 50 }, setting)!;
    expect(zoomedIn.range!.max - zoomedIn.range!.min).toBeCloseTo(49.5);
    expect(afterKey("-", zoomedIn, setting)).toEqual({ range: undefined, cursor: 50 });
    expect(afterKey("0", zoomedIn, setting)).toEqual({ range: undefined, cursor: 50 });
    expect(afterKey("Escape", { range: undefined, cursor: undefined }, setting)).toBeUndefined();
    expect(afterKey("a", zoomedIn, setting)).toBeUndefined();
    expect(afterKey("ArrowRight", { range: undefined, cursor: undefined }, { ...setting, places: new Float64Array() })).toEqual({ range: undefined, cursor: undefined });
  });
});

describe("the data table", () => {
  const curves = [
    { name: "a", x: [1, 2, 3], y: [10, Number.NaN, 30] },
    { name: '=b,"c"', x: [2, 4], y: [5, 6] },
  ];
  it("is CSV that a spreadsheet takes for values only", () => {
    expect(toCsv("Step", curves)).toBe('Step,a,"\'=b,""c"""\n1,10,\n2,,5\n3,30,\n4,,6\n');
  });
  it("chooses rows evenly, the first and the last among them", () => {
    const x = Array.from({ length: 1001 }, (_, i) => i);
    const rows = chosenRows([{ name: "a", x, y: x }], 11);
    expect(rows.map((row) => row.x)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(chosenRows(curves, 10)).toHaveLength(4);
  });
});
