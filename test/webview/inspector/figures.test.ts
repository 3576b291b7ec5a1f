import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitted, moved, onScreen, type Place, readable, zoomed } from "../../../webview/inspector/map-view.js";
import { nearestRows, rowsAsCsv, rowsAsText } from "../../../webview/inspector/nearest-rows.js";
import { normAxis, outliersOf } from "../../../webview/inspector/norm-figures.js";

const size = { width: 800, height: 440 };
const number = fc.double({ min: -100, max: 100, noNaN: true });
const places = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 30 });

describe("the map's view", () => {
  it("shows all places, both axes alike, up being up", () => {
    fc.assert(
      fc.property(places, (all) => {
        const view = fitted(all, size);
        for (const place of all) {
          const [x, y] = onScreen(place, view, size);
          expect(x).toBeGreaterThan(40);
          expect(x).toBeLessThan(760);
          expect(y).toBeGreaterThan(40);
          expect(y).toBeLessThan(400);
        }
      }),
    );
    const view = fitted([[0, 0], [1, 1]], size);
    const [low, high] = [onScreen([0, 0], view, size), onScreen([1, 1], view, size)];
    expect(high[0] - low[0]).toBeCloseTo(low[1] - high[1], 9);
    expect(high[1]).toBeLessThan(low[1]);
    expect(fitted([], size)).toEqual({ scale: 1, centre: [0, 0] });
    expect(fitted([[50, 2], [50 + 1e-14, 2]], size).scale).toBe(1);
  });

  it("keeps what is under the pointer there while it zooms", () => {
    fc.assert(
      fc.property(places, fc.double({ min: 0.2, max: 5, noNaN: true }), (all, factor) => {
        const view = fitted(all, size);
        const pointer = onScreen(all[0], view, size);
        const [x, y] = onScreen(all[0], zoomed(view, factor, pointer, size), size);
        expect(x).toBeCloseTo(pointer[0], 4);
        expect(y).toBeCloseTo(pointer[1], 4);
      }),
    );
  });

  it("moves by the pixels it is dragged", () => {
    const view = fitted([[0, 0], [3, 2]], size);
    const [before, after] = [onScreen([1, 1], view, size), onScreen([1, 1], moved(view, [30, -12]), size)];
    expect(after[0] - before[0]).toBeCloseTo(30, 9);
    expect(after[1] - before[1]).toBeCloseTo(-12, 9);
  });

  it("shows labels that cover nothing, the first ones first, and those it must", () => {
    const label = (at: Place, must = false) => ({ at, width: 40, must });
    expect(readable([label([0, 0]), label([20, 4]), label([20, 4], true), label([0, 40])], [])).toEqual([true, false, true, true]);
    expect(readable([label([0, 0])], [[10, 3]])).toEqual([false]);
  });
});

describe("norms", () => {
  it("outside of the ordinary range are told", () => {
    expect(outliersOf([1, 2, 3, 0.5, 8], { low: 0.9, high: 2 })).toEqual({ above: [2, 4], below: [3], times: 4 });
    expect(outliersOf([1], { low: 0.9, high: 2 })).toEqual({ above: [], below: [], times: null });
  });

  it("stand in their order on an axis with round ticks, logarithmic where they are far apart", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e4, noNaN: true }), { minLength: 2, maxLength: 40 }), (norms) => {
        const axis = normAxis(norms, 400);
        expect(axis.logarithmic).toBe(Math.max(...norms) / Math.min(...norms) > 12);
        const sorted = [...norms].sort((a, b) => a - b);
        const places = sorted.map(axis.place);
        for (let i = 1; i < places.length; i++) expect(places[i]).toBeGreaterThanOrEqual(places[i - 1] - 1e-9);
        expect(places[0]).toBeGreaterThanOrEqual(-1e-6);
        expect(places.at(-1)).toBeLessThanOrEqual(400 + 1e-6);
        for (const tick of axis.ticks) {
          expect(axis.place(tick)).toBeGreaterThanOrEqual(-1e-6);
          expect(axis.place(tick)).toBeLessThanOrEqual(400 + 1e-6);
        }
        expect(axis.ticks.length).toBeLessThan(40);
      }),
    );
    // Equal but for rounding: once, counting along such an axis did not end.
    for (const norms of [[2, 2], [1e4, 1e4 + 2e-12], [0.001, 0.001 + 2e-19]]) {
      const axis = normAxis(norms, 100);
      expect(axis.ticks.length).toBeLessThan(12);
      for (const norm of norms) expect(axis.place(norm)).toBeGreaterThanOrEqual(0);
    }
    for (const norms of [[0, 0], [0, 2, 3]]) expect(normAxis(norms, 100).place(0)).toBe(0);
  });
});

describe("the rows of the table", () => {
  const near = (id: number, cosine: number) => ({ id, token: `t${id}`, cosine, dot: 10 * cosine, l2: 1 - cosine });
  const lists = (id: number) => ({ cosine: [near(id, 0.9)], dot: [near(id, 0.8)], l2: [near(id, 0.7)] });
  const subject = { kind: "prompt", path: "", label: "", source: "run", virtualTokens: 2, width: 3, checkpoint: null, template: null, trainedOn: null, knowsBackbone: true, norms: [1, 2], similarity: null, snapshots: 2, kept: { tokens: [lists(1), lists(2)], vocabularyNorms: {} as never, faithfulness: null } } as const;
  const at = (ids: number[]) => ({ ids: ids.map((id) => [id]), values: ids.map((id) => [id / 10]) });
  const step = (number: number, ids: number[], moved: number[]) => ({ step: number, norms: [3, 4], moved, nearest: { cosine: at(ids), dot: at(ids), l2: at(ids) } });
  const timeline = { source: "trajectory", damaged: 0, learned: 1, steps: [step(0, [5, 6], [0, 0]), step(10, [1, 2], [0.5, 0.6])], tokens: [[5, "five"], [6, "six"], [1, "t1"], [2, "t2"]] } as const;

  it("come from what the run kept until the vocabulary is there, then from the step that is looked at", () => {
    expect(nearestRows(subject, undefined, undefined, null, "dot")).toEqual([
      { index: 0, norm: 1, moved: null, near: [expect.objectContaining({ id: 1, value: 8 })], start: null },
      { index: 1, norm: 2, moved: null, near: [expect.objectContaining({ id: 2, value: 8 })], start: null },
    ]);
    const kept = nearestRows(subject, undefined, timeline, null, "cosine");
    expect(kept[0]).toMatchObject({ norm: 1, moved: 0.5, near: [{ token: "t1", value: 0.9 }], start: { token: "five", value: 0.5 } });
    expect(nearestRows(subject, undefined, timeline, 0, "cosine")[1]).toEqual({ index: 1, norm: 4, moved: 0, near: [{ id: 6, token: "six", value: 0.6 }], start: { id: 6, token: "six", value: 0.6 } });
  });

  it("are written as text and as CSV that a spreadsheet reads as text", () => {
    const rows = [{ index: 0, norm: 1.5, moved: null, start: null, near: [{ id: 7, token: '=1+"2"', value: 0.25 }, { id: 8, token: "␣no, yes", value: 0.125 }] }];
    expect(rowsAsText(rows, 1, String)).toBe('1\t=1+"2" 0.25\n');
    expect(rowsAsCsv(rows, "cosine", 10)).toBe('step,virtual_token,norm,rank,token_id,token,cosine\r\n10,1,1.5,1,7,"\'=1+""2""",0.25\r\n10,1,1.5,2,8,"␣no, yes",0.125\r\n');
  });
});
