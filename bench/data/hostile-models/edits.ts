import type { RandomSource } from "../../../src/common/random.js";

/** A file of a hostile model. */
export interface HostileFile {
  readonly bytes: Buffer;
  /** Its size where it is larger than its bytes: the rest is a hole, which takes no room on the disk. */
  readonly size?: number;
}
export type HostileFiles = ReadonlyMap<string, HostileFile>;

export const pick = <Value>(random: RandomSource, values: readonly Value[]): Value => values[random.integer(values.length)];

/** Numbers that have broken readers: around 7, 8, 31, 32, 53, 63 and 64 bits, and what a double makes of them. */
export const nastyWords: readonly bigint[] = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, (1n << 40n) + 1n, (1n << 53n) - 1n, (1n << 53n) + 1n, (1n << 62n) + 3n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n, 0x7ff8000000000000n];

/** Larger than any disk this runs on, and than what 32 bits count. */
const giant = [2 ** 32 + 1, 2 ** 36, 2 ** 42];

/** A whole file spoiled without knowledge of its format. `place` draws where something is done. */
export function spoilBytes(random: RandomSource, original: Buffer, place: () => number): HostileFile {
  let bytes = Buffer.from(original);
  for (let times = 1 + random.integer(4); times > 0 && bytes.length > 0; times--) {
    const at = Math.min(place(), bytes.length - 1);
    const length = 1 + random.integer(64);
    switch (random.integer(8)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes[at] = random.integer(256);
        break;
      case 2:
        bytes[at] ^= 1 << random.integer(8);
        break;
      case 3:
        if (bytes.length - at >= 8) bytes.writeBigUInt64LE(pick(random, nastyWords), at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => random.integer(256))), bytes.subarray(at)]);
        break;
      case 6:
        bytes = Buffer.concat([bytes.subarray(0, Math.min(bytes.length, at + length)), bytes.subarray(at)]);
        break;
      default: {
        // A piece of another place.
        const from = Math.min(place(), bytes.length - 1);
        bytes.copy(bytes, at, from, from + length);
      }
    }
  }
  return sometimesOdd(random, bytes);
}

/** Now and then nothing, noise, or a file with a hole behind it that is larger than the disk. */
export function sometimesOdd(random: RandomSource, bytes: Buffer): HostileFile {
  switch (random.integer(60)) {
    case 0:
      return { bytes: Buffer.alloc(0) };
    case 1:
      return { bytes: Buffer.from(Array.from({ length: random.integer(600) }, () => random.integer(256))) };
    case 2:
      return { bytes: Buffer.alloc(random.integer(100_000)) };
    case 3:
      return { bytes, size: pick(random, giant) };
    default:
      return { bytes };
  }
}

/** fflate writes no entry of this name: it is put in place of another one of the same length. */
export const stand = "@@proto__";
export function withPrototypeName(zip: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(zip).toString("latin1").replaceAll(stand, "__proto__"), "latin1");
}
