/** Writes GGUF files for tests, straight from the specification (ggml/docs/gguf.md), right or wrong. */

export class GgufBytes {
  private readonly parts: Buffer[] = [];

  uint8(value: number): this {
    return this.push(1, (buffer) => buffer.writeUInt8(value));
  }
  uint32(value: number): this {
    return this.push(4, (buffer) => buffer.writeUInt32LE(value));
  }
  int32(value: number): this {
    return this.push(4, (buffer) => buffer.writeInt32LE(value));
  }
  float32(value: number): this {
    return this.push(4, (buffer) => buffer.writeFloatLE(value));
  }
  uint64(value: number | bigint): this {
    return this.push(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
  }
  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }
  string(value: string | Uint8Array): this {
    const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    return this.uint64(bytes.length).raw(bytes);
  }
  pad(alignment: number): this {
    const length = this.bytes().length;
    return this.raw(new Uint8Array(Math.ceil(length / alignment) * alignment - length));
  }
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  private push(width: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(width);
    write(buffer);
    this.parts.push(buffer);
    return this;
  }
}

export type PlainValue = string | number | boolean | readonly string[] | Int32Array | Float32Array;

export interface PlainTensor {
  readonly name: string;
  /** Row-major, as in our headers. */
  readonly shape: readonly number[];
  readonly typeId: number;
  readonly data: Uint8Array;
}

/** A whole, valid file: metadata (numbers become uint32, or float32 where they are no whole number) and tensors. */
export function ggufFile(metadata: Record<string, PlainValue>, tensors: readonly PlainTensor[], version = 3): Buffer {
  const out = new GgufBytes().raw(ggufHeader(metadata, tensors, version));
  for (const { data } of tensors) out.raw(data).pad(32);
  return out.bytes();
}

/** Everything of the file before the tensors' bytes, each of which then starts at a multiple of 32. */
export function ggufHeader(metadata: Record<string, PlainValue>, tensors: readonly PlainTensor[], version = 3): Buffer {
  const out = new GgufBytes().uint32(0x46554747).uint32(version).uint64(tensors.length).uint64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    out.string(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const { name, shape, typeId, data } of tensors) {
    out.string(name).uint32(shape.length);
    for (const length of [...shape].reverse()) out.uint64(length);
    out.uint32(typeId).uint64(offset);
    offset += Math.ceil(data.length / 32) * 32;
  }
  return out.pad(32).bytes();
}

function writeValue(out: GgufBytes, value: PlainValue): void {
  if (typeof value === "string") out.uint32(8).string(value);
  else if (typeof value === "boolean") out.uint32(7).uint8(value ? 1 : 0);
  else if (typeof value === "number" && Number.isInteger(value)) out.uint32(4).uint32(value);
  else if (typeof value === "number") out.uint32(6).float32(value);
  else if (value instanceof Int32Array) {
    out.uint32(9).uint32(5).uint64(value.length).raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof Float32Array) {
    out.uint32(9).uint32(6).uint64(value.length).raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else {
    out.uint32(9).uint32(8).uint64(value.length);
    for (const text of value) out.string(text);
  }
}

/** A tiny llama model: 2 layers, width 8, 4 heads of 2 sharing 2, 6 tokens. Weights are 0, 1/64, 2/64, ... */
export function tinyLlama(): { metadata: Record<string, PlainValue>; tensors: PlainTensor[] } {
  const metadata: Record<string, PlainValue> = {
    "general.architecture": "llama",
    "general.name": "tiny",
    "llama.block_count": 2,
    "llama.context_length": 64,
    "llama.embedding_length": 8,
    "llama.feed_forward_length": 12,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "llama.rope.freq_base": 50000.5,
    "llama.rope.dimension_count": 2,
    "llama.vocab_size": 6,
    "tokenizer.ggml.add_bos_token": false,
    "tokenizer.ggml.tokens": ["a", "b", "é", "<|x|>", "ab", "␀"],
    "tokenizer.ggml.token_type": Int32Array.of(1, 1, 1, 3, 1, 1),
    "tokenizer.ggml.scores": Float32Array.of(0, -1, 2.5, 0, 0, 1),
  };
  const tensors: PlainTensor[] = [];
  const add = (name: string, ...shape: number[]) => {
    const elements = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: elements }, (_, index) => index / 64);
    tensors.push({ name, shape, typeId: 0, data: new Uint8Array(values.buffer) });
  };
  add("token_embd.weight", 6, 8);
  for (const layer of [0, 1]) {
    add(`blk.${layer}.attn_norm.weight`, 8);
    add(`blk.${layer}.attn_q.weight`, 8, 8);
    add(`blk.${layer}.attn_k.weight`, 4, 8);
    add(`blk.${layer}.attn_v.weight`, 4, 8);
    add(`blk.${layer}.attn_output.weight`, 8, 8);
    add(`blk.${layer}.ffn_norm.weight`, 8);
    add(`blk.${layer}.ffn_gate.weight`, 12, 8);
    add(`blk.${layer}.ffn_up.weight`, 12, 8);
    add(`blk.${layer}.ffn_down.weight`, 8, 12);
  }
  add("output_norm.weight", 8);
  return { metadata, tensors };
}
