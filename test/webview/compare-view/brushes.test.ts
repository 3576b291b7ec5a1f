import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisOf } from "../../../src/comparison/sweep.js";
import { insideBrushes, keyStep, placeOf, settle, withBrush } from "../../../webview/compare-view/brushes.js";
import { distinctParts } from "../../../webview/compare-view/distinct-parts.js";

const rates = [0.001, 0.01, 0.1, 1];
const inits = ["a", "b", "c", "b"];
const axes = [
  { axis: axisOf("rate", rates), values: rates },
  { axis: axisOf("init", inits), values: inits },
  { axis: { ...axisOf("result", [0.5, 0.9]), key: "result" }, values: [0.5, undefined, 0.9, 0.7] },
];
const chosen = (brushes: Parameters<typeof insideBrushes>[1]): number[] => [0, 1, 2, 3].filter((run) => insideBrushes(axes, brushes, run));

describe("brushes", () => {
  it("choose the runs inside all of them; a run without a result is in no part of the result's axis", () => {
    expect(chosen(new Map())).toEqual([0, 1, 2, 3]);
    expect(chosen(new Map([["rate", [0.3, 0.7]]]))).toEqual([1, 2]);
    expect(chosen(new Map([["rate", [0.3, 1]], ["init", [0.4, 0.6]]]))).toEqual([1, 3]);
    expect(chosen(new Map([["result", [0, 0.6]]]))).toEqual([0, 3]);
    expect(placeOf(axes[2].axis, undefined)).toBeUndefined();
  });

  it("over the whole axis are none; ends are put in order and kept inside", () => {
    expect(withBrush(new Map([["rate", [0.2, 0.4]]]), "rate", [1, 0])).toEqual(new Map());
    expect(withBrush(new Map(), "rate", [1.5, 0.5])).toEqual(new Map([["rate", [0.5, 1]]]));
  });

  it("moved by keys go from name to name, and a drawn one holds the names it covers", () => {
    expect(keyStep(axes[1].axis)).toBe(0.5);
    expect(keyStep(axes[0].axis)).toBe(0.05);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (one, other) => {
        const drawn = [Math.min(one, other), Math.max(one, other)] as const;
        const [low, high] = settle(axes[1].axis, drawn);
        expect(low).toBeLessThanOrEqual(drawn[0]);
        expect(high).toBeGreaterThanOrEqual(drawn[1]);
        expect(settle(axes[0].axis, drawn)).toEqual(drawn);
      }),
    );
  });
});

describe("labels that tell texts apart", () => {
  it("leave out what all share, up to a word or a slot", () => {
    const templates = [4, 12, 20].map((length) => `Message: {text}\n{soft:${length}}Spam:{label}`);
    expect(distinctParts(templates, 18)).toEqual(["…{soft:4}…", "…{soft:12}…", "…{soft:20}…"]);
    expect(distinctParts(["random", "text"], 18)).toEqual(["random", "text"]);
    expect(distinctParts(["one very long label of a setting", "another very long label of a setting"], 10)).toEqual(["one…", "another…"]);
    expect(distinctParts([templates[0]], 5)).toEqual([templates[0]]);
  });

  it("stay different", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 6 }), fc.string(), fc.string(), (middles, before, behind) => {
        const texts = middles.map((middle) => before + middle + behind);
        expect(new Set(distinctParts(texts, 8)).size).toBe(texts.length);
      }),
    );
  });
});
