import type { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, nastyWords, pick, sometimesOdd, spoilBytes } from "./edits.js";
import { spoilJson } from "./json.js";

const values = ['"F32"', '"F16"', '"BF16"', '"F64"', '"I64"', '"F8_E4M3"', '"X"', "[0,0]", "[0,4]", "[4,0]", "[-4,0]", "[1,2,3]", "[4294967296,4294967296]", "[9007199254740991,2]", "[0]", "[1,9007199254740993]", '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}', '{"dtype":"F32","shape":[],"data_offsets":[0,4]}'];

/** A file whose header lies, or whose bytes are damaged. */
export function hostileSafetensors(random: RandomSource, original: Buffer): HostileFile {
  const headerLength = Number(original.readBigUInt64LE());
  const begin = (): number => random.integer(random.integer(3) === 0 ? original.length : 8 + headerLength);
  if (random.integer(3) === 0) return spoilBytes(random, original, begin);
  const data = original.subarray(8 + headerLength);
  const header = spoilJson(random, original.toString("utf8", 8, 8 + headerLength), values);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(random.integer(8) === 0 ? pick(random, nastyWords) : BigInt(header.length));
  const infinite = Buffer.from(data);
  // A weight that is not a number.
  if (random.integer(6) === 0 && infinite.length >= 4) infinite.writeUInt32LE(0x7fc00000, 4 * random.integer(infinite.length >> 2));
  return sometimesOdd(random, Buffer.concat([length, header, infinite]));
}
