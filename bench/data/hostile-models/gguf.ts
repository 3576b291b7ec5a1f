import type { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, nastyWords, pick, sometimesOdd, spoilBytes } from "./edits.js";

/** A number in a GGUF header: a count, a length, a type, a dimension or an offset. */
interface Field {
  readonly at: number;
  readonly width: 4 | 8;
  readonly what: "version" | "count" | "length" | "type" | "dimension" | "offset" | "value";
}
interface Text {
  readonly at: number;
  readonly length: number;
}
export interface GgufPlan {
  readonly fields: readonly Field[];
  readonly texts: readonly Text[];
  readonly headerEnd: number;
}

const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/** Where everything lies in a valid file. */
export function planGguf(bytes: Buffer): GgufPlan {
  const fields: Field[] = [];
  const texts: Text[] = [];
  let at = 4;
  const number = (width: 4 | 8, what: Field["what"]): number => {
    fields.push({ at, width, what });
    at += width;
    return width === 4 ? bytes.readUInt32LE(at - 4) : Number(bytes.readBigUInt64LE(at - 8));
  };
  const text = (kept: boolean): void => {
    const length = kept ? number(8, "length") : Number(bytes.readBigUInt64LE((at += 8) - 8));
    if (kept) texts.push({ at, length });
    at += length;
  };
  number(4, "version");
  const tensors = number(8, "count");
  for (let pairs = number(8, "count"); pairs > 0; pairs--) {
    text(true);
    const type = number(4, "type");
    if (type === 8) text(true);
    else if (type !== 9) {
      if (scalarBytes[type] === 4 || scalarBytes[type] === 8) fields.push({ at, width: scalarBytes[type], what: "value" });
      at += scalarBytes[type];
    } else {
      const elements = number(4, "type");
      const count = number(8, "count");
      // Of a vocabulary a few entries are enough.
      if (elements === 8) for (let i = 0; i < count; i++) text(i < 4);
      else at += count * scalarBytes[elements];
    }
  }
  for (let tensor = 0; tensor < tensors; tensor++) {
    text(true);
    for (let dimensions = number(4, "count"); dimensions > 0; dimensions--) number(8, "dimension");
    number(4, "type");
    number(8, "offset");
  }
  return { fields, texts, headerEnd: at };
}

const hostileTexts = ["\0", "..", "__proto__", "\u202e", "\u001b[2J"].map((text) => Buffer.from(text));

/** A damaged or forged file: what it says of itself is wrong, or its bytes are. */
export function hostileGguf(random: RandomSource, original: Buffer, plan: GgufPlan): HostileFile {
  const { fields, texts, headerEnd } = plan;
  if (random.integer(3) === 0) return spoilBytes(random, original, () => random.integer(random.integer(4) === 0 ? original.length : headerEnd));
  let bytes = Buffer.from(original);
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const field = pick(random, fields);
    const write = (value: bigint): void => void (field.width === 4 ? bytes.writeUInt32LE(Number(value & 0xffffffffn), field.at) : bytes.writeBigUInt64LE(value & 0xffffffffffffffffn, field.at));
    const read = ({ at, width }: Field): bigint => (width === 4 ? BigInt(bytes.readUInt32LE(at)) : bytes.readBigUInt64LE(at));
    switch (random.integer(7)) {
      case 0: // Ends at the beginning of a section, or in it.
        return sometimesOdd(random, bytes.subarray(0, field.at + random.integer(field.width + 1)));
      case 1:
        write(pick(random, nastyWords));
        break;
      case 2: // The number of another place: overlapping tensors, types of others, swapped dimensions.
        write(read(pick(random, fields.filter(({ what }) => what === field.what))));
        break;
      case 3: // Next to what is right: misaligned, one too many.
        write(read(field) + BigInt(pick(random, [-32, -1, 1, 8, 32])));
        break;
      case 4: {
        // The same name twice, or the text of another place.
        const target = pick(random, texts);
        const source = pick(random, texts.filter(({ length }) => length === target.length));
        bytes.copy(bytes, target.at, source.at, source.at + source.length);
        break;
      }
      case 5: {
        const target = pick(random, texts);
        pick(random, hostileTexts).copy(bytes, target.at, 0, target.length);
        break;
      }
      default: // An unknown type, or that of another width.
        bytes.writeUInt32LE(random.integer(48), pick(random, fields.filter(({ what }) => what === "type")).at);
    }
  }
  return sometimesOdd(random, bytes);
}
