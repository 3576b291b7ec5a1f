import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentHeight, isScaled, lastTop, rowsInSight, tallestTrack, topOfTrack, topToReveal, trackHeight, trackTop } from "../../../webview/shared/grid/geometry.js";

const sizes = fc.record({ rows: fc.integer({ min: 0, max: 50_000_000 }), rowHeight: fc.integer({ min: 10, max: 60 }), viewport: fc.integer({ min: 60, max: 4000 }) });
const places = sizes.chain((size) => fc.record({ size: fc.constant(size), share: fc.double({ min: 0, max: 1, noNaN: true }) }));

describe("the geometry of a long table", () => {
  it("never asks for a track that a browser cannot lay out", () => {
    fc.assert(fc.property(sizes, (size) => trackHeight(size) <= tallestTrack));
  });

  it("reaches every row with the scroll bar: its ends are the first and the last row", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        expect(topOfTrack(size, 0)).toBe(0);
        const end = Math.max(0, trackHeight(size) - size.viewport);
        expect(topOfTrack(size, end)).toBeCloseTo(lastTop(size), 3);
        const { first, count } = rowsInSight(size, topOfTrack(size, end));
        expect(first + count).toBe(size.rows);
      }),
    );
  });

  it("puts the scroll bar where it would have led to", () => {
    fc.assert(
      fc.property(places, ({ size, share }) => {
        const top = lastTop(size) * share;
        expect(Math.abs(topOfTrack(size, trackTop(size, top)) - top)).toBeLessThan(0.01);
      }),
    );
  });

  it("shows no more rows than fit, and those without a gap", () => {
    fc.assert(
      fc.property(places, ({ size, share }) => {
        const top = lastTop(size) * share;
        const { first, count, cut } = rowsInSight(size, top);
        expect(count).toBeLessThanOrEqual(Math.ceil(size.viewport / size.rowHeight) + 1);
        expect(cut).toBeLessThan(size.rowHeight);
        expect(count * size.rowHeight - cut).toBeGreaterThanOrEqual(Math.min(size.viewport, contentHeight(size) - top) - 0.01);
        expect(first + count).toBeLessThanOrEqual(size.rows);
      }),
    );
  });

  it("moves no further than needed for a row to be in sight", () => {
    const size = { rows: 100, rowHeight: 20, viewport: 100 };
    expect(topToReveal(size, 0, 3)).toBe(0);
    expect(topToReveal(size, 0, 5)).toBe(20);
    expect(topToReveal(size, 500, 3)).toBe(60);
    expect(topToReveal(size, 0, 99)).toBe(1900);
  });

  it("is exact until the rows are too high", () => {
    expect(isScaled({ rows: 300_000, rowHeight: 26, viewport: 500 })).toBe(false);
    expect(isScaled({ rows: 5_000_000, rowHeight: 26, viewport: 500 })).toBe(true);
  });
});
