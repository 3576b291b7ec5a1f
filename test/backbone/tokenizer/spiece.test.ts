import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withModel } from "../../../bench/parity/families.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import { createTokenizerFromSentencePiece } from "../../../src/backbone/tokenizer/unigram/from-sentence-piece.js";
import { mails, oddString, reference } from "./texts.js";

/** SentencePiece's file against transformers' tokenizer.json of it (scripts/reference/unigram.py). */

const file = reference("spiece.model");
const configuration = JSON.stringify({ extra_ids: 10, eos_token: "</s>" });
const fromJson = createTokenizerFromJson(reference("spiece.json").toString("utf8"), configuration);
const fromFile = createTokenizerFromSentencePiece(file, configuration);

describe("spiece.model", () => {
  it("gives the vocabulary and the ids of the tokenizer.json that transformers makes of it", () => {
    expect(fromFile.vocabularySize).toBe(fromJson.vocabularySize);
    expect(fromFile.endOfTextId).toBe(fromJson.endOfTextId);
    const texts = [...mails(100), ...Array.from({ length: 500 }, (_, index) => oddString(index))];
    expect(texts.filter((text) => fromFile.encode(text).join() !== fromJson.encode(text).join())).toEqual([]);
    for (const options of [{ addSpecialTokens: true }, { allowSpecial: false }, { allowSpecial: true }]) {
      const text = "<extra_id_0> a <extra_id_9></s> b <pad>";
      expect(fromFile.encode(text, options)).toEqual(fromJson.encode(text, options));
    }
  });

  it("stands for a tokenizer.json that is not there", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ptune-spiece-"));
    try {
      cpSync(path.resolve("test/parity/reference/encoder-decoders/t5/folder"), folder, { recursive: true });
      rmSync(path.join(folder, "tokenizer.json"));
      await expect(withModel(folder, () => Promise.resolve())).rejects.toThrow(/no tokenizer\.json/);
      writeFileSync(path.join(folder, "spiece.model"), file);
      writeFileSync(path.join(folder, "tokenizer_config.json"), configuration);
      expect(await withModel(folder, (backbone) => Promise.resolve(backbone.tokenizer.encode("the words of a text")))).toEqual(fromJson.encode("the words of a text"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is read or refused with a typed error, however it is damaged", () => {
    const change = fc.oneof(
      fc.record({ cut: fc.integer({ min: 0, max: file.length }) }),
      fc.record({ at: fc.integer({ min: 0, max: file.length - 1 }), byte: fc.integer({ min: 0, max: 255 }) }),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        let bytes = Buffer.from(file);
        for (const one of changes) {
          if ("cut" in one) bytes = bytes.subarray(0, one.cut);
          else if (one.at < bytes.length) bytes[one.at] = one.byte;
        }
        try {
          createTokenizerFromSentencePiece(bytes, configuration).encode("the words\tof a téxt <0x41>");
        } catch (error) {
          expect(error).toBeInstanceOf(PromptTuningError);
          expect(error).toMatchObject({ kind: "model" });
          refused++;
        }
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it.each([
    ["an empty file", Buffer.alloc(0), configuration, /holds no pieces/],
    ["text", Buffer.from("version https://example.com\n"), configuration, /damaged/],
    ["pieces merged by rank", Buffer.concat([file, Buffer.from([0x12, 0x02, 0x18, 0x02])]), configuration, /kind BPE/],
    ["kept spaces", Buffer.concat([file, Buffer.from([0x1a, 0x02, 0x20, 0x00])]), configuration, /keeps spaces/],
    ["a configuration that is none", file, "[", /tokenizer_config\.json/],
    ["a billion extra ids", file, JSON.stringify({ extra_ids: 1e9 }), /tokenizer_config\.json/],
  ])("refuses %s", (_, bytes, config, reason) => {
    try {
      createTokenizerFromSentencePiece(bytes, config);
      expect.fail("it was accepted");
    } catch (error) {
      expect((error as PromptTuningError).describe()).toMatch(reason);
    }
  });
});
