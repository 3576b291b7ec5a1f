import { gunzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PromptTuningError } from "../../../src/common/errors.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import { Charsmap } from "../../../src/backbone/tokenizer/unigram/charsmap.js";
import { mails, oddString, reference } from "./texts.js";

/** A T5 tokenizer against the Python package tokenizers (scripts/reference/unigram.py). */

// eslint-disable-next-line @typescript-eslint/no-explicit-any
const json = (): any => JSON.parse(gunzipSync(reference("unigram.json.gz")).toString("utf8"));
const configuration = JSON.stringify({ eos_token: "</s>" });
const tokenizer = createTokenizerFromJson(JSON.stringify(json()), configuration);

/** The same pieces as transformers 4 converted SentencePiece files. */
function collapsing(): ReturnType<typeof json> {
  const other = json();
  other.normalizer = { type: "Sequence", normalizers: [other.normalizer, { type: "Strip", strip_left: false, strip_right: true }, { type: "Replace", pattern: { Regex: " {2,}" }, content: "▁" }] };
  other.pre_tokenizer = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  return other;
}

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as PromptTuningError).describe();
  }
  return expect.fail("it was accepted");
}

function* texts(): Generator<string> {
  yield* mails(5000);
  for (let index = 0; index < 5000; index++) yield oddString(index);
}

describe("a Unigram tokenizer", () => {
  it("gives the ids of the Python package on 10,000 mails and odd strings, however its file is written", () => {
    const both = [tokenizer, createTokenizerFromJson(JSON.stringify(collapsing()), configuration)];
    const expected = reference("unigram.bin");
    const wrong: string[] = [];
    let index = 0;
    for (const text of texts()) {
      for (const [which, each] of both.entries()) {
        const digest = createHash("sha256").update(text, "utf8").update(Uint8Array.of(255)).update(each.encode(text)).digest().subarray(0, 6);
        const at = 6 * (2 * index + which);
        if (!digest.equals(expected.subarray(at, at + 6))) wrong.push(`${which}: ${JSON.stringify(text.slice(0, 100))}`);
      }
      index++;
    }
    expect(index).toBe(10_000);
    expect(wrong).toEqual([]);
  });

  it("ends a text as T5 does and reads it back", () => {
    expect(tokenizer.endOfTextId).toBe(1);
    const ids = tokenizer.encode("the words of a text", { addSpecialTokens: true });
    expect(ids.at(-1)).toBe(1);
    expect(tokenizer.decode(ids.subarray(0, -1))).toBe("the words of a text");
    expect(tokenizer.decode(Int32Array.of(...ids.subarray(0, -1), 5000))).toBe("the words of a text");
    expect(tokenizer.encode("ﬁlm ２").toString()).toBe(tokenizer.encode("film 2").toString());
  });

  it("makes no control token of a text from data, however it is written", () => {
    const pieces = fc.constantFrom("</s>", "<pad>", "<unk>", "<extra_id_0>", "＜/s＞", "<", "/s>", "a", " ", "▁");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const ids = tokenizer.encode(parts.join(""), { allowSpecial: false });
        // The unknown token stands for what no piece covers.
        for (const id of ids) expect(id === 2 || !tokenizer.isSpecial(id)).toBe(true);
      }),
    );
  });

  it.each([
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    ["a damaged map", (file: any) => (file.normalizer.precompiled_charsmap = "AAAA"), /damaged/],
    ["another normaliser", (file: ReturnType<typeof json>) => (file.normalizer = { type: "NFKC" }), /not supported/],
    ["another way of splitting", (file: ReturnType<typeof json>) => (file.pre_tokenizer = { type: "ByteLevel" }), /not supported/],
    ["no unknown token", (file: ReturnType<typeof json>) => (file.model.unk_id = null), /unknown characters/],
    ["an unknown token that is none", (file: ReturnType<typeof json>) => (file.model.unk_id = 100_000), /unknown token/],
    ["a piece without a score", (file: ReturnType<typeof json>) => (file.model.vocab[5] = ["x"]), /Piece 5/],
    ["a score that is no number", (file: ReturnType<typeof json>) => (file.model.vocab[5] = ["no piece", 1e300]), /score of token 5/],
  ])("refuses %s", (_, change, message) => {
    const file = json();
    change(file);
    expect(refusal(() => createTokenizerFromJson(JSON.stringify(file), configuration))).toMatch(message);
  });

  it("survives any bytes as a map", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 400 }), fc.string({ unit: "grapheme", maxLength: 30 }), (bytes, text) => {
        const map = Buffer.from(bytes);
        map.writeUInt32LE(4 * Math.floor((bytes.length - 4) / 8) || 4, 0);
        expect(typeof new Charsmap(map).normalize(text)).toBe("string");
      }),
    );
  });
});
