import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayBytes } from "../../../src/backbone/tokenizer/display-token.js";
import { createTokenizerFromGguf } from "../../../src/backbone/tokenizer/from-gguf.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { smollmMetadata } from "./texts.js";

const shown = (text: string) => displayBytes(Buffer.from(text, "utf8"));

describe("displayBytes", () => {
  it.each([
    [" yes", "␣yes"],
    ["    ", "␣␣␣␣"],
    ["\n", "↵"],
    ["\r\n", "␍↵"],
    ["\t", "⇥"],
    ["\0", "␀"],
    ["\u001b[31m", "␛[31m"],
    ["\u007f", "␡"],
    ["\u0085", "<U+0085>"],
    ["\u202eevil", "<U+202E>evil"],
    ["\u2066", "<U+2066>"],
    ["\u200b", "<U+200B>"],
    ["\ufeff", "<U+FEFF>"],
    ["\u00a0", "<U+00A0>"],
    ["\u2028", "<U+2028>"],
    ["\u3164", "<U+3164>"],
    ["\ue000", "<U+E000>"],
    ["\u{10ffff}", "<U+10FFFF>"],
    ["\u0301", "\u25cc\u0301"],
    ["é", "é"],
    ["日本", "日本"],
    ["👍", "👍"],
    ["\\n", "\\n"],
    ["<|im_end|>", "<|im_end|>"],
  ])("%j reads %s", (text, expected) => expect(shown(text)).toBe(expected));

  it.each([
    [[0xe2], "<0xE2>"],
    [[0xe2, 0x80], "<0xE2><0x80>"],
    [[0x20, 0xf0, 0x9f], "␣<0xF0><0x9F>"],
    [[0xc0, 0x80], "<0xC0><0x80>"],
    [[0xed, 0xa0, 0x80], "<0xED><0xA0><0x80>"],
    [[0x61, 0xff, 0x62], "a<0xFF>b"],
  ])("bytes %j read %s", (bytes, expected) => expect(displayBytes(Uint8Array.from(bytes))).toBe(expected));

  it("lets nothing invisible, reordering or line-breaking through", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        expect(displayBytes(bytes)).not.toMatch(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(shown(text)).not.toMatch(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("the tokenizer of SmolLM2", () => {
  const tokenizer = createTokenizerFromGguf(smollmMetadata());

  it("knows its own", () => {
    expect(tokenizer.vocabularySize).toBe(49152);
    expect(tokenizer.beginOfTextId).toBe(1);
    expect(tokenizer.endOfTextId).toBe(2);
    expect(tokenizer.isSpecial(2)).toBe(true);
    expect(tokenizer.isSpecial(17)).toBe(false);
    const [yes] = tokenizer.encode(" yes");
    expect(tokenizer.token(yes)).toBe("Ġyes");
    expect(tokenizer.displayToken(yes)).toBe("␣yes");
    expect(tokenizer.displayToken(tokenizer.encode("\n")[0])).toBe("↵");
    expect(tokenizer.displayToken(1)).toBe("<|im_start|>");
  });

  it("shows every entry harmlessly", () => {
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const display = tokenizer.displayToken(id);
      expect(display.length).toBeGreaterThan(0);
      if (/[\p{C}\p{Z}]/u.test(display)) expect.fail(`token ${id}: ${JSON.stringify(display)}`);
    }
  });

  it("takes special tokens from templates and, where asked, not from data", () => {
    const text = "<|im_start|>user\nhi<|im_end|>";
    const asTemplate = tokenizer.encode(text);
    const asData = tokenizer.encode(text, { allowSpecial: false });
    expect([...asTemplate].filter((id) => tokenizer.isSpecial(id))).toEqual([1, 2]);
    expect([...asData].some((id) => tokenizer.isSpecial(id))).toBe(false);
    expect(tokenizer.decode(asTemplate)).toBe(text);
    expect(tokenizer.decode(asData)).toBe(text);
  });

  it("decodes exactly what it can write, and joins characters over several tokens", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
    const ids = tokenizer.encode("🧑🏿‍🚀");
    expect(ids.length).toBeGreaterThan(1);
    expect(tokenizer.decode(ids)).toBe("🧑🏿‍🚀");
    expect(tokenizer.decode(ids.subarray(0, 1))).toContain("\ufffd");
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.encode("")).toEqual(new Int32Array(0));
  });

  it("drops the 21 bytes that its vocabulary lacks, as the model's own tokenizer does", () => {
    expect(tokenizer.decode(tokenizer.encode("a\u0004b"))).toBe("ab");
    expect(tokenizer.encode("-\u0006-")).toEqual(tokenizer.encode("--"));
  });

  it.each([-1, 49152, 1.5, NaN])("refuses id %d", (id) => {
    expect(() => tokenizer.decode([id])).toThrow(PromptTuningError);
    expect(() => tokenizer.token(id)).toThrow(PromptTuningError);
    expect(() => tokenizer.displayToken(id)).toThrow(PromptTuningError);
    expect(tokenizer.isSpecial(id)).toBe(false);
  });

  it("long runs come back as they were", () => {
    for (const [name, text] of Object.entries({
      letters: "a".repeat(60_000),
      spaces: `${" ".repeat(60_000)}x`,
      newlines: "\n".repeat(60_000),
      digits: "7".repeat(60_000),
      punctuation: "!?".repeat(30_000),
      mixed: " \n".repeat(30_000),
    })) {
      expect(tokenizer.decode(tokenizer.encode(text)), name).toBe(text);
    }
  });
});
