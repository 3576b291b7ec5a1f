import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { GgufValue } from "../../../src/backbone/gguf/metadata.js";
import { createTokenizerFromGguf } from "../../../src/backbone/tokenizer/from-gguf.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import { oddString, reference } from "./texts.js";

/** From the library sentencepiece: scripts/reference/sentence_piece.py. */
interface Model {
  readonly tokens: string[];
  readonly scores: number[];
  readonly types: number[];
  readonly addSpacePrefix: boolean;
  readonly digests: string[];
}
const models = JSON.parse(reference("sentence-piece.json").toString("utf8")) as Record<string, Model>;

function metadataOf({ tokens, scores, types, addSpacePrefix }: Model): Map<string, GgufValue> {
  return new Map<string, GgufValue>([
    ["tokenizer.ggml.model", "llama"],
    ["tokenizer.ggml.tokens", tokens],
    ["tokenizer.ggml.scores", Float32Array.from(scores)],
    ["tokenizer.ggml.token_type", Int32Array.from(types)],
    ["tokenizer.ggml.bos_token_id", 1],
    ["tokenizer.ggml.eos_token_id", 2],
    ["tokenizer.ggml.add_space_prefix", addSpacePrefix],
  ]);
}
/** As in tokenizer.py: SHA-256 of the text's UTF-8, the byte 255 and the ids. */
const digest = (text: string, ids: Int32Array): string => createHash("sha256").update(text, "utf8").update(Uint8Array.of(255)).update(ids).digest("hex").slice(0, 12);
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

describe("a SentencePiece tokenizer from GGUF metadata", () => {
  it.each(Object.keys(models))("%s: the ids of the library sentencepiece on odd strings, and back", (name) => {
    const model = models[name];
    const tokenizer = createTokenizerFromGguf(metadataOf(model));
    let compared = 0;
    model.digests.forEach((expected, index) => {
      const text = oddString(index);
      // sentencepiece takes NUL and the mark itself in ways of its own; control tokens written out are plain text to it.
      if (/[\0\u2581]/.test(text)) return;
      const ids = tokenizer.encode(text, { allowSpecial: false });
      expect(digest(text, ids), JSON.stringify(text)).toBe(expected);
      if (!model.addSpacePrefix || !text.startsWith(" ")) expect(tokenizer.decode(ids)).toBe(wellFormed(text));
      compared++;
    });
    expect(compared).toBeGreaterThan(300);
  });

  it("puts the begin token in front where asked, and finds control tokens unless told not to", () => {
    const tokenizer = createTokenizerFromGguf(metadataOf(models["spaces-defined"]));
    expect(tokenizer.encode("a", { addSpecialTokens: true })[0]).toBe(1);
    expect([...tokenizer.encode("</s>")]).toEqual([2]);
    expect(tokenizer.encode("</s>", { allowSpecial: false }).length).toBeGreaterThan(1);
    expect(tokenizer.isSpecial(2)).toBe(true);
    expect(tokenizer.displayToken(models["spaces-defined"].tokens.indexOf("<0x0A>"))).toBe("↵");
  });

  it.each([
    ["no scores", (metadata: Map<string, GgufValue>) => metadata.delete("tokenizer.ggml.scores"), /0 scores/],
    ["fewer types", (metadata: Map<string, GgufValue>) => metadata.set("tokenizer.ggml.token_type", Int32Array.of(1)), /1 token types/],
    ["a score of NaN", (metadata: Map<string, GgufValue>) => metadata.set("tokenizer.ggml.scores", new Float32Array(models["space-before"].tokens.length).fill(NaN)), /score of token \d+ is NaN/],
    ["a missing byte", (metadata: Map<string, GgufValue>) => metadata.set("tokenizer.ggml.tokens", models["space-before"].tokens.map((token) => (token === "<0x41>" ? "<0x4>" : token))), /lacks 1 of the 256 bytes/],
    ["a begin token that does not exist", (metadata: Map<string, GgufValue>) => metadata.set("tokenizer.ggml.bos_token_id", 1e6), /uses token 1000000/],
  ])("refuses %s", (_, change, message) => {
    const metadata = metadataOf(models["space-before"]);
    change(metadata);
    let error: unknown;
    try {
      createTokenizerFromGguf(metadata);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ kind: "model" });
    expect((error as { describe(): string }).describe()).toMatch(message);
  });
});

describe("a SentencePiece tokenizer from tokenizer.json", () => {
  const { tokens } = models["space-before"];
  const marks = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const json = (parts: object): string =>
    JSON.stringify({
      added_tokens: [{ id: 2, content: "</s>", special: true, normalized: false }],
      decoder: { type: "Sequence" },
      model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [["▁", "t"], ["i", "n"]], unk_token: "<unk>", byte_fallback: true, fuse_unk: true },
      ...parts,
    });
  const pieces = (text: string, parts: object): string[] => {
    const tokenizer = createTokenizerFromJson(json(parts));
    return [...tokenizer.encode(text)].map((id) => tokenizer.token(id));
  };

  it("puts a space before every stretch, before the text, or nowhere, as the file says", () => {
    const each = { normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, marks] } };
    const first = { pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false } };
    const never = { normalizer: marks, pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false } };
    expect(pieces("t</s>in", each)).toEqual(["▁t", "</s>", "▁", "in"]);
    expect(pieces("t</s>in", first)).toEqual(["▁t", "</s>", "in"]);
    expect(pieces("</s>t", first)).toEqual(["</s>", "t"]);
    expect(pieces("t</s> in", never)).toEqual(["t", "</s>", "▁", "in"]);
  });

  it("refuses other steps by name", () => {
    expect(() => createTokenizerFromJson(json({ normalizer: { type: "Lowercase" } }))).toThrow(expect.objectContaining({ reason: expect.stringMatching(/"Lowercase"/) as unknown }) as Error);
  });
});
