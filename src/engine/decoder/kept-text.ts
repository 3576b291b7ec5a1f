import type { DecoderConfiguration } from "./configuration.js";

/** Keys and values of a constant text in every layer. */
export interface KeptText {
  /** Token ids [T]. */
  readonly tokens: Int32Array;
  /** [layers, key and value, key/value heads, T, headSize], float32. */
  readonly keysValues: Float32Array;
}

export function keysValuesBytesPerToken({ layers, keyValueHeads, headSize }: DecoderConfiguration): number {
  return layers * 2 * keyValueHeads * headSize * 4;
}

/**
 * Keeps the keys and values of constant texts within a budget of memory. What is kept stays until `clear`: a training
 * set is gone through again and again in order, where throwing out the least recently used would always miss.
 */
export class KeptTextStore {
  private readonly byHash = new Map<number, KeptText[]>();
  private usedBytes = 0;

  constructor(private readonly budgetBytes: number) {}

  get bytes(): number {
    return this.usedBytes;
  }

  /** Keeps a text; false when it does not fit any more. */
  add(text: KeptText): boolean {
    const size = text.keysValues.byteLength;
    if (this.usedBytes + size > this.budgetBytes) return false;
    const hash = hashTokens(text.tokens, text.tokens.length);
    const bucket = this.byHash.get(hash);
    if (bucket) bucket.push(text);
    else this.byHash.set(hash, [text]);
    this.usedBytes += size;
    return true;
  }

  /** The kept text that is exactly the first `length` tokens. */
  find(tokens: Int32Array, length: number): KeptText | undefined {
    return this.match(hashTokens(tokens, length), tokens, length);
  }

  /** The longest kept text that the tokens start with, at most `limit` long. */
  findLongest(tokens: Int32Array, limit: number): KeptText | undefined {
    let best: KeptText | undefined;
    let hash = hashSeed;
    for (let length = 1; length <= limit; length++) {
      hash = extendHash(hash, tokens[length - 1]);
      best = this.match(hash, tokens, length) ?? best;
    }
    return best;
  }

  clear(): void {
    this.byHash.clear();
    this.usedBytes = 0;
  }

  private match(hash: number, tokens: Int32Array, length: number): KeptText | undefined {
    return this.byHash.get(hash)?.find((text) => text.tokens.length === length && text.tokens.every((token, i) => token === tokens[i]));
  }
}

const hashSeed = 0x811c9dc5;

/** One step of FNV-1a over 32-bit units. */
function extendHash(hash: number, token: number): number {
  return Math.imul(hash ^ token, 0x01000193);
}

function hashTokens(tokens: Int32Array, length: number): number {
  let hash = hashSeed;
  for (let i = 0; i < length; i++) hash = extendHash(hash, tokens[i]);
  return hash;
}
