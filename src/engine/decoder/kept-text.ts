import type { ScratchFile } from "../../common/scratch-file.js";
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

interface Entry {
  readonly tokens: Int32Array;
  /** Numbers of its keys and values. */
  readonly size: number;
  /** Themselves, or where they begin in the scratch file. */
  readonly keysValues: Float32Array | number;
}

/**
 * Keeps the keys and values of constant texts, within a budget of memory and, beyond it, on the disk: reading them
 * takes a small part of the time that computing them does. What is kept stays until `clear`: a training set is gone
 * through again and again in order, where throwing out the least recently used would always miss.
 */
export class KeptTextStore {
  private readonly byHash = new Map<number, Entry[]>();
  private usedBytes = 0;

  constructor(
    private readonly budgetBytes: number,
    private readonly disk?: ScratchFile,
  ) {}

  /** Bytes of memory in use. */
  get bytes(): number {
    return this.usedBytes;
  }

  /** Keeps a text; false when it does not fit any more. */
  async add({ tokens, keysValues }: KeptText): Promise<boolean> {
    const fits = this.usedBytes + keysValues.byteLength <= this.budgetBytes;
    if (fits) this.usedBytes += keysValues.byteLength;
    const held = fits ? keysValues : await this.disk?.write(bytesOf(keysValues));
    if (held === undefined) return false;
    const entry: Entry = { tokens, size: keysValues.length, keysValues: held };
    const hash = hashTokens(tokens, tokens.length);
    const bucket = this.byHash.get(hash);
    if (bucket) bucket.push(entry);
    else this.byHash.set(hash, [entry]);
    return true;
  }

  /** The kept text that is exactly the first `length` tokens. One that the disk does not give back is kept no more. */
  async find(tokens: Int32Array, length: number): Promise<KeptText | undefined> {
    const hash = hashTokens(tokens, length);
    const entry = this.match(hash, tokens, length);
    if (!entry) return undefined;
    if (typeof entry.keysValues !== "number") return { tokens: entry.tokens, keysValues: entry.keysValues };
    const keysValues = new Float32Array(entry.size);
    if (await this.disk?.read(entry.keysValues, bytesOf(keysValues))) return { tokens: entry.tokens, keysValues };
    this.byHash.set(hash, this.byHash.get(hash)!.filter((each) => each !== entry));
    return undefined;
  }

  /** Length of the longest kept text that the tokens start with, at most `limit`; 0 where there is none. */
  longest(tokens: Int32Array, limit: number): number {
    let best = 0;
    let hash = hashSeed;
    for (let length = 1; length <= limit; length++) {
      hash = extendHash(hash, tokens[length - 1]);
      if (this.match(hash, tokens, length)) best = length;
    }
    return best;
  }

  async clear(): Promise<void> {
    this.byHash.clear();
    this.usedBytes = 0;
    await this.disk?.clear();
  }

  private match(hash: number, tokens: Int32Array, length: number): Entry | undefined {
    return this.byHash.get(hash)?.find((text) => text.tokens.length === length && text.tokens.every((token, i) => token === tokens[i]));
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

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
