import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrast, formatColor, over, parseColor, withContrast } from "../../webview/shared/colors.js";
import { bytes, duration, figure, fixed, integer, share, signed } from "../../webview/shared/numbers.js";
import { visibleParts, visibleText, visibleToken } from "../../webview/shared/visible-text.js";

describe("colours", () => {
  it("are read in every way a theme writes them", () => {
    expect(parseColor("#fff")).toEqual({ red: 255, green: 255, blue: 255, alpha: 1 });
    expect(parseColor("#1a85ff80")?.alpha).toBeCloseTo(0.502, 3);
    expect(parseColor("rgba(59, 59, 59, 0.5)")).toEqual({ red: 59, green: 59, blue: 59, alpha: 0.5 });
    for (const wrong of ["", "#12345", "rgb(1, 2)", "red", "rgb(a, b, c)"]) expect(parseColor(wrong)).toBeUndefined();
  });
  it("get the contrast that is asked for, on every background", () => {
    const part = fc.integer({ min: 0, max: 255 });
    const color = fc.record({ red: part, green: part, blue: part, alpha: fc.constant(1) });
    fc.assert(
      fc.property(color, color, (line, background) => {
        const shown = parseColor(formatColor(withContrast(line, background, 3)))!;
        expect(contrast(over(shown, background), background)).toBeGreaterThan(2.95);
      }),
    );
    // WCAG's own example: black on white.
    expect(contrast({ red: 0, green: 0, blue: 0, alpha: 1 }, { red: 255, green: 255, blue: 255, alpha: 1 })).toBeCloseTo(21);
  });
});

describe("numbers", () => {
  it("read as people write them", () => {
    expect([integer(12345), integer(null), share(0.931), share(1, 0), fixed(0.5), signed(0.0123), signed(-1, 1)]).toEqual(["12,345", "–", "93.1%", "100%", "0.500", "+0.012", "-1.0"]);
    expect([figure(0.693147), figure(12345.678), figure(0.0000123456), figure(0), figure(Number.NaN), figure(3e9)]).toEqual(["0.6931", "12,346", "1.235e-5", "0", "–", "3e9"]);
    expect([duration(0.42), duration(12.4), duration(185), duration(120), duration(7500), duration(200_000)]).toEqual(["0.4 sec", "12 sec", "3 min, 5 sec", "2 min", "2 hr, 5 min", "2 days, 7 hr"]);
    expect([bytes(0), bytes(999), bytes(46_080), bytes(98_400_000), bytes(270e6)]).toEqual(["0 byte", "999 byte", "46.1 kB", "98.4 MB", "270 MB"]);
  });
});

describe("visible text", () => {
  it("shows what cannot be seen and keeps what can", () => {
    expect(visibleText("a\u202eb\u200bc\u0000d\ud800e\u00ade")).toBe("a<U+202E>b<U+200B>c␀d<U+D800>e<U+00AD>e");
    expect(visibleText("one\r\ntwo\tthree")).toBe("one↵two⇥three");
    expect(visibleText("one\ntwo\tthree", { lines: true })).toBe("one\ntwo\tthree");
    for (const text of ["日本語 עברית العربية", "👨‍👩‍👧 ❤️ 👍🏽", "naïve é"]) expect(visibleText(text)).toBe(text);
    expect(visibleToken(" no\n")).toBe("␣no↵");
  });
  it("leaves nothing invisible in any text, and says which parts it made", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const parts = visibleParts(text);
        const left = parts.map((part) => part.text).join("");
        // The joiners of an emoji may stay.
        expect(left.replace(/[\u200d\ufe0f]/g, "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
        expect(parts.every((part) => part.text !== "")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
