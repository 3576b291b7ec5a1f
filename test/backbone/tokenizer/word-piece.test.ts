import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";

const folder = path.resolve("test/parity/reference/encoders/bert/folder");
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function tokenizer(change: (json: any) => void = () => undefined) {
  const json: unknown = JSON.parse(read("tokenizer.json"));
  change(json);
  return createTokenizerFromJson(JSON.stringify(json), read("tokenizer_config.json"));
}

describe("WordPiece", () => {
  it("cuts words into the longest pieces, and puts them together again", () => {
    const made = tokenizer();
    const ids = made.encode("The MESSAGE, spams");
    expect(Array.from(ids, (id) => made.token(id))).toEqual(["the", "mess", "##age", ",", "spam", "##s"]);
    expect(made.decode(ids)).toBe("the message , spams");
  });

  it("an id that no token has stands for nothing, and can be shown", () => {
    const made = tokenizer();
    const unused = Array.from({ length: made.vocabularySize }, (_, id) => id).filter((id) => made.displayToken(id) === `<${id}>`);
    expect(unused).toEqual([129]);
    expect(made.decode([...made.encode("ham"), 129, ...made.encode("spam")])).toBe("ham spam");
    expect(() => made.displayToken(made.vocabularySize)).toThrow(PromptTuningError);
  });

  it("knows what stands around a text, and the mask", () => {
    const made = tokenizer();
    expect(made.around).toEqual({ prefix: [2], suffix: [3] });
    expect(made.maskId).toBe(4);
    expect([...made.encode("ham", { addSpecialTokens: true })]).toEqual([2, ...made.encode("ham"), 3]);
    expect([...made.encode("[MASK]")]).toEqual([4]);
    expect([...made.encode("[MASK]", { allowSpecial: false })]).not.toContain(4);
  });

  it("reads BERT's older post-processor", () => {
    expect(tokenizer((json) => (json.post_processor = { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] })).around).toEqual({ prefix: [2], suffix: [3] });
  });

  it("normalises as the Python package: Chinese characters apart, accents off, no final sigma, long words unknown", () => {
    const made = tokenizer();
    const entries = (text: string): string[] => Array.from(made.encode(text), (id) => made.token(id));
    expect(entries("spam好ham")).toEqual(["spam", "好", "ham"]);
    expect(entries("hám")).toEqual(["ham"]);
    expect(entries("ham\u0000\u200b")).toEqual(["ham"]);
    expect(entries("ΣΣ")).toEqual(["[UNK]"]);
    expect(entries("x".repeat(101))).toEqual(["[UNK]"]);
    expect(entries("x".repeat(100))).toHaveLength(100);
  });

  it.each([
    ["another normaliser", (json: { normalizer: object }) => (json.normalizer = { type: "NFKC" }), /"NFKC" and "BertPreTokenizer"/],
    ["another pre-tokenizer", (json: { pre_tokenizer: object }) => (json.pre_tokenizer = { type: "Whitespace" }), /"BertNormalizer" and "Whitespace"/],
    ["an unknown token that is not there", (json: { model: { unk_token: string } }) => (json.model.unk_token = "[NONE]"), /"\[NONE\]", is not in the vocabulary/],
  ] as const)("refuses %s by name", (_name, change, message) => {
    let told = "it was accepted";
    try {
      tokenizer(change);
    } catch (error) {
      expect(error).toBeInstanceOf(PromptTuningError);
      told = (error as PromptTuningError).describe();
    }
    expect(told).toMatch(message);
  });

  it("gives ids of the vocabulary for any text", () => {
    const made = tokenizer();
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        for (const id of made.encode(text, { allowSpecial: false })) expect(made.token(id)).toBeTypeOf("string");
      }),
    );
  });
});
