import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextStream } from "../../../src/backend/playground/text-stream.js";

/** A token is some bytes, as in a byte-level vocabulary. */
function stream(tokens: readonly (readonly number[])[]) {
  const decode = (ids: Int32Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from([...ids].flatMap((id) => tokens[id])));
  const own = new TextStream(decode);
  const pieces = [...tokens.map((_, id) => own.add(id)), own.end()];
  return { pieces, whole: decode(Int32Array.from(tokens, (_, id) => id)).trim() };
}
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

describe("generated text in pieces", () => {
  it("is the whole text, and no piece holds half a character, wherever the tokens cut it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 40 }), (text, sizes) => {
        const bytes = bytesOf(` ${text}\n`);
        const tokens: number[][] = [];
        for (let i = 0; bytes.length > 0; i++) tokens.push(bytes.splice(0, sizes[i % sizes.length]));
        const { pieces, whole } = stream(tokens);
        expect(pieces.join("")).toBe(whole);
        expect(whole).toBe(text.trim());
        if (!text.includes("\uFFFD")) for (const piece of pieces) expect(piece).not.toContain("\uFFFD");
        for (const piece of pieces) expect(piece).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  it("of bytes that are no text ends as the decoder says", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 4 }), { maxLength: 20 }), (tokens) => {
        const { pieces, whole } = stream(tokens.map((bytes) => [...bytes]));
        expect(pieces.join("")).toBe(whole);
      }),
    );
  });

  it("comes as soon as it is certain", () => {
    expect(stream([bytesOf(" The"), bytesOf(" "), bytesOf("cat "), [0xf0, 0x9f], [0x98, 0x80], bytesOf(" ")]).pieces).toEqual(["The", "", " cat", "", " \u{1F600}", "", ""]);
  });
});
