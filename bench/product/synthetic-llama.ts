import { closeSync, openSync, writeSync } from "node:fs";
import { type PlainTensor, type PlainValue, ggufHeader } from "../../test/backbone/gguf/builder.js";

export interface SyntheticShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
}

const billion: SyntheticShape = { width: 2048, layers: 16, heads: 32, keyValueHeads: 8, feedForward: 8192, vocabulary: 32_000 };
/** Layers of SmolLM2-135M. */
export const smallShape: SyntheticShape = { width: 576, layers: 30, heads: 9, keyValueHeads: 3, feedForward: 1536, vocabulary: 49_152 };
const types = { F32: 0, Q4_0: 2 } as const;

/** Parameters of the model that `writeSyntheticLlama` writes where no other shape is given. */
export const syntheticParameters = billion.layers * (2 * billion.width ** 2 + 2 * billion.width * (billion.width / billion.heads) * billion.keyValueHeads + 3 * billion.width * billion.feedForward + 2 * billion.width) + billion.vocabulary * billion.width + billion.width;

/**
 * Writes a GGUF file of a llama with random parameters, a billion unless told, its matrices Q4_0: for time and memory, not for sense.
 * Every layer has the same bytes, which changes neither.
 */
export function writeSyntheticLlama(file: string, shape: SyntheticShape = billion): void {
  const { width, layers, heads, keyValueHeads, feedForward, vocabulary } = shape;
  const keyValue = (width / heads) * keyValueHeads;
  const matrices = new Map<string, Uint8Array>();
  const matrix = (name: string, output: number, input: number): PlainTensor => {
    const key = `${output}x${input}`;
    if (!matrices.has(key)) matrices.set(key, randomBlocks(output * input, 1 / Math.sqrt(input)));
    return { name, shape: [output, input], typeId: types.Q4_0, data: matrices.get(key)! };
  };
  const ones = (name: string): PlainTensor => ({ name, shape: [width], typeId: types.F32, data: new Uint8Array(new Float32Array(width).fill(1).buffer) });
  const tensors = [matrix("token_embd.weight", vocabulary, width), ones("output_norm.weight")];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    tensors.push(ones(name("attn_norm")), ones(name("ffn_norm")), matrix(name("attn_q"), width, width), matrix(name("attn_k"), keyValue, width), matrix(name("attn_v"), keyValue, width));
    tensors.push(matrix(name("attn_output"), width, width), matrix(name("ffn_gate"), feedForward, width), matrix(name("ffn_up"), feedForward, width), matrix(name("ffn_down"), width, feedForward));
  }
  writeInParts(file, metadataOf(shape), tensors);
}

function metadataOf({ width, layers, heads, keyValueHeads, feedForward, vocabulary }: SyntheticShape): Record<string, PlainValue> {
  const letters = Array.from({ length: 256 }, (_, byte) => String.fromCodePoint((byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173) ? byte : 256 + byte));
  const tokens = ["<|endoftext|>", ...new Set(letters), "ab"];
  while (tokens.length < vocabulary) tokens.push(`unused${tokens.length}`);
  return {
    "general.architecture": "llama", "general.name": "synthetic", "llama.context_length": 2048, "llama.embedding_length": width, "llama.block_count": layers,
    "llama.feed_forward_length": feedForward, "llama.attention.head_count": heads, "llama.attention.head_count_kv": keyValueHeads,
    "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.rope.freq_base": 10_000.5, "llama.vocab_size": vocabulary,
    "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.token_type": Int32Array.from(tokens, (_, i) => (i === 0 ? 3 : 1)), "tokenizer.ggml.eos_token_id": 0,
  };
}

/** The header, then the tensors' bytes one by one: the file is larger than one buffer should be. */
function writeInParts(file: string, metadata: Record<string, PlainValue>, tensors: readonly PlainTensor[]): void {
  const descriptor = openSync(file, "w");
  try {
    let offset = writeSync(descriptor, ggufHeader(metadata, tensors));
    for (const { data } of tensors) {
      writeSync(descriptor, data, 0, data.length, offset);
      offset += Math.ceil(data.length / 32) * 32;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Blocks of Q4_0 whose values spread about as much as `deviation`. */
function randomBlocks(values: number, deviation: number): Uint8Array {
  const bytes = new Uint8Array((values / 32) * 18);
  let state = 1;
  for (let i = 0; i < bytes.length; i++) bytes[i] = (state = (state * 48_271) % 2_147_483_647) >> 8;
  // Uniform nibbles spread by 4.6; the scale is a power of two, exact in half precision.
  const bits = (15 + Math.round(Math.log2(deviation / 4.6))) << 10;
  for (let at = 0; at < bytes.length; at += 18) {
    bytes[at] = bits & 255;
    bytes[at + 1] = bits >> 8;
  }
  return bytes;
}
