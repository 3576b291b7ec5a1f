/** One step that cuts a text before byte pair encoding: every match of the pattern becomes a piece of its own, what lies between stays. */
export interface SplitStep {
  readonly pattern: string;
}

/** How a text is cut, and what else belongs to a family of tokenizers. */
export interface PreTokenizer {
  readonly splits: readonly SplitStep[];
  /** Normal form applied to the text first. */
  readonly normalization?: "NFC";
  /** A piece that is a vocabulary entry as a whole is not taken apart. */
  readonly ignoreMerges?: boolean;
  /** Whether a text begins with the begin token where the file does not say. */
  readonly addBeginOfText?: boolean;
}

// The patterns are run by a backtracking engine, so that a hostile one could take for ever: only these known ones
// are run, never one out of a file. `\s` means Unicode's White_Space, as in the engine of the Python tokenizers.
const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const number = String.raw`\p{N}`;
const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const qwen2 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const smollm: PreTokenizer = { splits: [{ pattern: number }, { pattern: gpt2 }] };
const plainGpt2: PreTokenizer = { splits: [{ pattern: gpt2 }] };
const llama3Bpe: PreTokenizer = { splits: [{ pattern: llama3 }], ignoreMerges: true, addBeginOfText: true };
const llama3Pattern: PreTokenizer = { splits: [{ pattern: llama3 }] };

/**
 * Values of `tokenizer.ggml.pre`, with what llama.cpp (llama-vocab.cpp, `llm_tokenizer_bpe`) does for them. NFC
 * for qwen2 is not in llama.cpp, but in that model's tokenizer.json, which is what we follow.
 */
const byGgufName = new Map<string, PreTokenizer>([
  ["smollm", smollm],
  ["starcoder", smollm],
  ["refact", smollm],
  ["gpt-2", plainGpt2],
  ["phi-2", plainGpt2],
  ["llama3", llama3Bpe],
  ["llama-v3", llama3Bpe],
  ["llama-bpe", llama3Bpe],
  ["dbrx", llama3Pattern],
  ["smaug-bpe", llama3Pattern],
  ["qwen2", { splits: [{ pattern: qwen2 }], normalization: "NFC" }],
  [
    "default",
    {
      splits: [
        { pattern: String.raw`[\p{P}\$\+<=>\^~\|]+` },
        { pattern: gpt2 },
        { pattern: String.raw`\p{N}+` },
        { pattern: "[0-9][0-9][0-9]" },
      ],
    },
  ],
]);

export const supportedGgufPreTokenizers: readonly string[] = [...byGgufName.keys()];

export function preTokenizerByGgufName(name: string): PreTokenizer | undefined {
  return byGgufName.get(name);
}

/** Splits of the steps that tokenizer.json calls Digits and ByteLevel. */
export const digitSplits = { individual: { pattern: number }, groups: { pattern: String.raw`\p{N}+` } } as const;
export const byteLevelSplit: SplitStep = { pattern: gpt2 };

const knownPatterns = new Map<string, string>([
  ...[gpt2, number, llama3, qwen2, String.raw`\p{N}+`, String.raw`\p{N}{1,3}`].map((pattern) => [pattern, pattern] as const),
  // The same patterns, written differently.
  [String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`, llama3],
  [String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`, qwen2],
]);

/** The step for a pattern out of a tokenizer.json, undefined for a pattern that is not known. */
export function knownSplit(pattern: string): SplitStep | undefined {
  const known = knownPatterns.get(pattern);
  return known === undefined ? undefined : { pattern: known };
}
