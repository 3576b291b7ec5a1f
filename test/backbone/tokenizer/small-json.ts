import { byteCharacters } from "../../../src/backbone/tokenizer/byte-level.js";

/** A tokenizer.json of 262 tokens: the bytes, four merged entries and two special tokens. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function smallJson(): any {
  const merged = ["th", "the", "Ġthe", "in"];
  return {
    version: "1.0",
    added_tokens: [
      { id: 260, content: "<s>", special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
      { id: 261, content: "</s>", special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel" },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...byteCharacters, ...merged].map((token, id) => [token, id])),
      merges: [
        ["t", "h"],
        ["th", "e"],
        ["Ġ", "the"],
        ["i", "n"],
      ],
    },
  };
}
