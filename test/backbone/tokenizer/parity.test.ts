import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTokenizerFromGguf } from "../../../src/backbone/tokenizer/from-gguf.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import { mails, oddString, reference, smollmJson, smollmMetadata } from "./texts.js";

const digestBytes = 6;

/** As in tokenizer.py: SHA-256 of the text's UTF-8, the byte 255 and the ids. Lone surrogates are U+FFFD in UTF-8. */
function digest(text: string, ids: Int32Array): string {
  return createHash("sha256").update(text, "utf8").update(Uint8Array.of(255)).update(ids).digest().subarray(0, digestBytes).toString("hex");
}

function* texts(): Generator<string> {
  yield* mails(5000);
  for (let index = 0; index < 5000; index++) yield oddString(index);
}

const expected = reference("digests.bin");
const expectedAt = (index: number, which: number) => {
  const from = (index * 3 + which) * digestBytes;
  return expected.subarray(from, from + digestBytes).toString("hex");
};

describe("ids of the model's tokenizer.json", () => {
  it("has references of 10,000 texts", () => expect(expected.length).toBe(10_000 * 3 * digestBytes));

  it("10,000 texts: the tokenizer from GGUF metadata gives the same ids, with and without special tokens, and decodes alike", () => {
    const tokenizer = createTokenizerFromGguf(smollmMetadata());
    let index = 0;
    let characters = 0;
    let milliseconds = 0;
    for (const text of texts()) {
      const started = performance.now();
      const ids = tokenizer.encode(text);
      milliseconds += performance.now() - started;
      characters += text.length;
      const shown = `text ${index}: ${JSON.stringify(text.slice(0, 200))}`;
      expect(digest(text, ids), shown).toBe(expectedAt(index, 0));
      expect(digest(text, tokenizer.encode(text, { allowSpecial: false })), `as plain text, ${shown}`).toBe(expectedAt(index, 1));
      expect(digest(tokenizer.decode(ids), ids), `decoded, ${shown}`).toBe(expectedAt(index, 2));
      index++;
    }
    console.log(`Tokenizer: ${index} texts, ${(characters / 1e6).toFixed(1)} million characters, encoded at ${(characters / milliseconds / 1000).toFixed(2)} million a second`);
    expect(index).toBe(10_000);
  }, 300_000);

  it("2,500 odd texts: the tokenizer from tokenizer.json gives the same ids", () => {
    const tokenizer = createTokenizerFromJson(JSON.stringify(smollmJson()));
    for (let index = 0; index < 2500; index++) {
      const text = oddString(index);
      expect(digest(text, tokenizer.encode(text)), JSON.stringify(text)).toBe(expectedAt(5000 + index, 0));
      expect(digest(text, tokenizer.encode(text, { allowSpecial: false })), JSON.stringify(text)).toBe(expectedAt(5000 + index, 1));
    }
  });
});

describe("other ways of splitting", () => {
  const count = 1500;
  const variants = reference("variants.bin");
  it.each(["gpt-2", "llama-bpe", "qwen2", "default"].map((pre, at) => [pre, at] as const))("%s gives the ids of the Python tokenizers on 1,500 odd texts", (pre, at) => {
    const tokenizer = createTokenizerFromGguf(smollmMetadata(pre, true));
    for (let index = 0; index < count; index++) {
      const text = oddString(index);
      const from = (at * count + index) * digestBytes;
      expect(digest(text, tokenizer.encode(text)), JSON.stringify(text)).toBe(variants.subarray(from, from + digestBytes).toString("hex"));
    }
  });
});
