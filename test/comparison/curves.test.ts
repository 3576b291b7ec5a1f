import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bandOf, type Curve, thinCurve } from "../../src/comparison/curves.js";
import { quantile } from "../../src/common/quantile.js";
import { spreadOf } from "../../src/comparison/statistics.js";

describe("spread and quantiles", () => {
  it("are the textbook's", () => {
    expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ count: 8, mean: 5, deviation: Math.sqrt(32 / 7) });
    expect(spreadOf([3])).toEqual({ count: 1, mean: 3, deviation: null });
    expect(spreadOf([])).toBeUndefined();
    // numpy.quantile([1, 2, 3, 4, 10], [0, .025, .5, .9, 1])
    expect([0, 0.025, 0.5, 0.9, 1].map((p) => quantile([1, 2, 3, 4, 10], p))).toEqual([1, 1.1, 3, 7.6000000000000005, 10]);
  });
});

const curveOf = (length: number, value = (step: number) => step): Curve => Array.from({ length }, (_, at) => [at + 1, value(at + 1)]);

describe("thinned curves", () => {
  it("stay as they are when they are short", () => {
    expect(thinCurve(curveOf(2000), 2000)).toEqual({ points: curveOf(2000), stepsAPoint: 1 });
  });

  it("never have more points than asked for, keep their mean and their order, and lie on the same stretches", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 50 }), fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 51, maxLength: 400 }), (most, steps) => {
        const curve: Curve = steps.sort((a, b) => a - b).map((step) => [step, Math.sin(step)]);
        const { points, stepsAPoint } = thinCurve(curve, most);
        expect(points.length).toBeLessThanOrEqual(most);
        for (let at = 1; at < points.length; at++) expect(points[at][0]).toBeGreaterThan(points[at - 1][0]);
        for (const [step, value] of points) {
          const stretch = Math.floor((step - 1) / stepsAPoint);
          const own = curve.filter(([each]) => Math.floor((each - 1) / stepsAPoint) === stretch);
          expect(value).toBeCloseTo(own.reduce((sum, [, each]) => sum + each, 0) / own.length, 9);
        }
      }),
    );
  });

  it("of 100,000 steps have 2,000 points at most", () => {
    const { points, stepsAPoint } = thinCurve(curveOf(100_000), 2000);
    expect(stepsAPoint).toBe(51);
    expect(points.length).toBe(1961);
    expect(points[0]).toEqual([26, 26]);
  });
});

describe("bands over seeds", () => {
  it("are mean and sample deviation at every step that all have reached, straight between points, never beyond", () => {
    const band = bandOf([[[0, 0], [10, 10]], [[0, 2], [5, 2], [8, 2]], [[2, 4], [20, 4]]]);
    expect(band.map(({ step }) => step)).toEqual([2, 5, 8]);
    expect(band[1]).toEqual({ step: 5, mean: 11 / 3, deviation: spreadOf([5, 2, 4])!.deviation });
    expect(band[0].mean).toBeCloseTo((2 + 2 + 4) / 3, 12);
  });

  it("of one curve are the curve, without a deviation; of curves that never meet, nothing", () => {
    expect(bandOf([curveOf(3)])).toEqual([1, 2, 3].map((step) => ({ step, mean: step, deviation: null })));
    expect(bandOf([[[1, 1], [2, 1]], [[5, 1], [6, 1]]])).toEqual([]);
    expect(bandOf([[], curveOf(3)])).toEqual([]);
    expect(bandOf([])).toEqual([]);
  });

  it("have as many points as asked for, the first and the last step among them", () => {
    const band = bandOf([curveOf(5000), curveOf(5000, (step) => step + 2)], 100);
    expect(band).toHaveLength(100);
    expect([band[0].step, band[99].step]).toEqual([1, 5000]);
    for (const { step, mean, deviation } of band) expect([mean, deviation]).toEqual([step + 1, Math.SQRT2]);
  });
});
