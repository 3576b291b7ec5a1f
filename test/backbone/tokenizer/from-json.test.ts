import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { byteCharacters } from "../../../src/backbone/tokenizer/byte-level.js";
import { createTokenizerFromGguf } from "../../../src/backbone/tokenizer/from-gguf.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import type { GgufValue } from "../../../src/backbone/gguf/metadata.js";
import { smallJson } from "./small-json.js";

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    expect((error as PromptTuningError).kind).toBe("model");
    return (error as PromptTuningError).describe();
  }
  return expect.fail("it was accepted");
}

describe("createTokenizerFromJson", () => {
  it("merges, adds special tokens where asked and knows begin and end", () => {
    const json = smallJson();
    json.post_processor = {
      type: "Sequence",
      processors: [
        { type: "ByteLevel", trim_offsets: false },
        {
          type: "TemplateProcessing",
          single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
          pair: [],
          special_tokens: { "<s>": { id: "<s>", ids: [260], tokens: ["<s>"] }, "</s>": { id: "</s>", ids: [261], tokens: ["</s>"] } },
        },
      ],
    };
    const tokenizer = createTokenizerFromJson(JSON.stringify(json), JSON.stringify({ bos_token: "<s>", eos_token: { content: "</s>", special: true } }));
    expect(tokenizer.vocabularySize).toBe(262);
    expect(tokenizer.beginOfTextId).toBe(260);
    expect(tokenizer.endOfTextId).toBe(261);
    const the = tokenizer.encode(" the");
    expect([...the].map((id) => tokenizer.token(id))).toEqual(["Ġthe"]);
    expect([...tokenizer.encode(" the", { addSpecialTokens: true })]).toEqual([260, ...the, 261]);
    expect([...tokenizer.encode("<s> the")]).toEqual([260, ...the]);
    expect(tokenizer.encode("<s> the", { allowSpecial: false }).length).toBe(4);
  });

  it("takes merges as texts and as pairs, and a file without model type (GPT-2's own)", () => {
    const json = smallJson();
    const pairs = createTokenizerFromJson(JSON.stringify(json)).encode("the the");
    json.model.merges = (json.model.merges as string[][]).map((pair) => pair.join(" "));
    delete json.model.type;
    expect(createTokenizerFromJson(JSON.stringify(json)).encode("the the")).toEqual(pairs);
  });

  it("finds added words that are not special either way, and applies NFC", () => {
    const json = smallJson();
    json.added_tokens.push({ id: 262, content: "<word>", special: false, normalized: true });
    json.normalizer = { type: "NFC" };
    const tokenizer = createTokenizerFromJson(JSON.stringify(json));
    expect([...tokenizer.encode("<word>", { allowSpecial: false })]).toEqual([262]);
    expect(tokenizer.encode("e\u0301")).toEqual(tokenizer.encode("é"));
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const changes: [string, (json: any) => void, RegExp][] = [
    ["a word-level model", (json) => (json.model.type = "WordLevel"), /"WordLevel"/],
    ["a Unigram model whose pieces are no list", (json) => (json.model.type = "Unigram"), /not a list/],
    ["byte fallback with byte-level steps", (json) => (json.model.byte_fallback = true), /before SentencePiece merging/],
    ["dropout", (json) => (json.model.dropout = 0.1), /Dropout/],
    ["a suffix of words", (json) => (json.model.end_of_word_suffix = "</w>"), /suffix/],
    ["another decoder", (json) => (json.decoder = { type: "Metaspace" }), /"Metaspace"/],
    ["no decoder", (json) => (json.decoder = null), /without decoder/],
    ["another normaliser", (json) => (json.normalizer = { type: "Lowercase" }), /"Lowercase"/],
    ["another splitting step", (json) => json.pre_tokenizer.pretokenizers.unshift({ type: "Whitespace" }), /"Whitespace"/],
    ["an added space", (json) => (json.pre_tokenizer.pretokenizers[1].add_prefix_space = true), /add_prefix_space/],
    ["a split that removes", (json) => json.pre_tokenizer.pretokenizers.unshift({ type: "Split", pattern: { Regex: "\\p{N}" }, behavior: "Removed", invert: false }), /behavior/],
    ["a catastrophic pattern", (json) => json.pre_tokenizer.pretokenizers.unshift({ type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated", invert: false }), /not known: "\(a\+\)\+\$"/],
    ["another step around texts", (json) => (json.post_processor = { type: "RobertaProcessing" }), /"RobertaProcessing"/],
    ["a template with an unknown token", (json) => (json.post_processor = { type: "TemplateProcessing", single: [{ SpecialToken: { id: "constructor" } }, { Sequence: { id: "A" } }], special_tokens: {} }), /"constructor"/],
    ["a template without text", (json) => (json.post_processor = { type: "TemplateProcessing", single: [], special_tokens: {} }), /0 times/],
    ["a template with an id out of range", (json) => (json.post_processor = { type: "TemplateProcessing", single: [{ SpecialToken: { id: "x" } }, { Sequence: { id: "A" } }], special_tokens: { x: { ids: [999] } } }), /token 999/],
    ["word boundaries", (json) => (json.added_tokens[0].single_word = true), /word boundaries/],
    ["too much to look for", (json) => (json.added_tokens = Array.from({ length: 40 }, (_, index) => ({ id: 300 + index, content: `${index}`.padStart(4000, "x"), special: true }))), /160000 characters/],
    ["an id of a billion", (json) => (json.model.vocab.q = 1e9), /"q"/],
    ["an id of -1", (json) => (json.model.vocab.q = -1), /"q"/],
    ["an id twice", (json) => (json.model.vocab.qq = 3), /same id, 3/],
    ["a token twice", (json) => (json.model.vocab["<s>"] = 262), /twice/],
    ["a merge of unknown entries", (json) => json.model.merges.push(["zz", "t"]), /Merge/],
    ["a merge without its result", (json) => json.model.merges.push(["z", "z"]), /Merge/],
    ["a merge of three", (json) => json.model.merges.push("a b c"), /one space/],
    ["a merge of numbers", (json) => json.model.merges.push([1, 2]), /neither/],
    ["an empty vocabulary", (json) => ((json.model.vocab = {}), (json.model.merges = []), (json.added_tokens = [])), /empty/],
    ["a list as vocabulary", (json) => (json.model.vocab = []), /model\.vocab/],
    ["an unknown token that matters", (json) => ((json.model.unk_token = "<s>"), delete json.model.vocab["!"]), /lacks 1 of the 256/],
    ["ignored merges without every byte", (json) => ((json.model.ignore_merges = true), delete json.model.vocab["!"]), /lacks 1 of the 256/],
  ];
  it.each(changes)("refuses %s and names it", (_, change, message) => {
    const json = smallJson();
    change(json);
    expect(refusal(() => createTokenizerFromJson(JSON.stringify(json)))).toMatch(message);
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", "{", /not JSON/],
    ["a number", "7", /wrong/],
    ["deep nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, /32 deep/],
    ["a million little lists", `[${"[],".repeat(2_000_000)}1]`, /more values/],
  ])("refuses %s", (_, text, message) => {
    expect(refusal(() => createTokenizerFromJson(text))).toMatch(message);
  });

  it("refuses a begin token that does not exist", () => {
    expect(refusal(() => createTokenizerFromJson(JSON.stringify(smallJson()), '{"bos_token":"<none>"}'))).toMatch(/"<none>"/);
  });

  it("keeps keys such as __proto__ as entries", () => {
    const text = JSON.stringify(smallJson()).replace('"vocab":{', '"vocab":{"__proto__":262,"constructor":263,').replace('"type":"BPE"', '"type":"BPE","__proto__":{"polluted":true}');
    const tokenizer = createTokenizerFromJson(text);
    expect(tokenizer.token(262)).toBe("__proto__");
    expect(tokenizer.token(263)).toBe("constructor");
    expect(tokenizer.decode(tokenizer.encode("__proto__ constructor"))).toBe("__proto__ constructor");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("createTokenizerFromGguf", () => {
  const metadata = () =>
    new Map<string, GgufValue>([
      ["tokenizer.ggml.model", "gpt2"],
      ["tokenizer.ggml.pre", "llama-bpe"],
      ["tokenizer.ggml.tokens", [...byteCharacters, "th", "<s>", "</s>"]],
      ["tokenizer.ggml.token_type", Int32Array.from({ length: 259 }, (_, id) => (id < 257 ? 1 : 3))],
      ["tokenizer.ggml.merges", ["t h"]],
      ["tokenizer.ggml.bos_token_id", 257],
      ["tokenizer.ggml.eos_token_id", 258],
    ]);

  it("adds begin and end tokens where the file, or else the family, has them", () => {
    const llama = metadata();
    expect([...createTokenizerFromGguf(llama).encode("th", { addSpecialTokens: true })]).toEqual([257, 256]);
    llama.set("tokenizer.ggml.add_bos_token", false).set("tokenizer.ggml.add_eos_token", true);
    expect([...createTokenizerFromGguf(llama).encode("th", { addSpecialTokens: true })]).toEqual([256, 258]);
    expect([...createTokenizerFromGguf(llama).encode("th")]).toEqual([256]);
  });

  it.each<[string, (metadata: Map<string, GgufValue>) => void, RegExp]>([
    ["no tokenizer", (map) => map.clear(), /no tokenizer/],
    ["a WordPiece tokenizer", (map) => map.set("tokenizer.ggml.model", "bert"), /"bert".*gpt2.*llama/],
    ["another way of splitting", (map) => map.set("tokenizer.ggml.pre", "kimi-k2"), /"kimi-k2".*smollm/],
    ["a way of splitting named constructor", (map) => map.set("tokenizer.ggml.pre", "constructor"), /"constructor"/],
    ["tokens that are numbers", (map) => map.set("tokenizer.ggml.tokens", Int32Array.of(1)), /tokenizer\.ggml\.tokens/],
    ["no tokens", (map) => map.delete("tokenizer.ggml.tokens"), /259 token types/],
    ["too few types", (map) => map.set("tokenizer.ggml.token_type", Int32Array.of(1)), /token types/],
    ["a token twice", (map) => map.set("tokenizer.ggml.tokens", [...byteCharacters, "a", "<s>", "</s>"]), /twice/],
    ["an empty token", (map) => map.set("tokenizer.ggml.tokens", [...byteCharacters, "", "<s>", "</s>"]), /empty/],
    ["a bad merge", (map) => map.set("tokenizer.ggml.merges", ["t h e"]), /Merge 1/],
    ["an end token out of range", (map) => map.set("tokenizer.ggml.eos_token_id", 4_000_000_000), /4000000000/],
    ["a begin token that is missing", (map) => map.delete("tokenizer.ggml.bos_token_id"), /begin token/],
  ])("refuses %s and names it", (_, change, message) => {
    const map = metadata();
    change(map);
    expect(refusal(() => createTokenizerFromGguf(map))).toMatch(message);
  });
});
