import fc from "fast-check";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { encodeSafetensors, parseSafetensors, toFloatTensor } from "../../src/adapter/safetensors.js";
import { PromptTuningError } from "../../src/common/errors.js";

const reference = (name: string): Buffer => readFileSync(path.join(__dirname, "reference", name));

/** A file with the given header text and so many bytes of data. */
function fileOf(header: string | object, dataBytes = 0, headerLength?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength ?? BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const reasonOf = (bytes: Uint8Array): string => {
  try {
    parseSafetensors(bytes, "x");
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return (error as PromptTuningError).reason ?? "";
  }
  return "accepted";
};

test("our file of a prompt is the file of the Python library, byte for byte", () => {
  for (const name of ["peft-made", "tiny/p-tuning", "tiny/prompt-tuning"]) {
    const bytes = reference(`${name}/adapter_model.safetensors`);
    const file = parseSafetensors(bytes, name);
    const tensors = Object.fromEntries([...file.tensors].map(([key, tensor]) => [key, toFloatTensor(tensor, key, name)]));
    expect(Buffer.compare(encodeSafetensors(tensors), bytes), name).toBe(0);
  }
});

test("what is written is read back, whatever the names and bits", () => {
  const tensor = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 12 }).map((words) => ({ shape: [1, words.length], values: new Float32Array(Uint32Array.from(words).buffer) }));
  const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "1", "toString", 'a"b', "ü\n\u2028")).filter((text) => text !== "__metadata__");
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 5 }), fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
      const bytes = encodeSafetensors(Object.fromEntries(entries), metadata);
      expect((new DataView(bytes.buffer).getUint32(0, true) + 8) % 8).toBe(0);
      // Also where the bytes do not begin at a multiple of four.
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      const file = parseSafetensors(shifted.subarray(1), "x");
      expect(Object.fromEntries(file.metadata)).toEqual(metadata);
      expect([...file.tensors.keys()].sort()).toEqual(entries.map(([key]) => key).sort());
      for (const [key, { shape, values }] of entries) {
        const read = toFloatTensor(file.tensors.get(key)!, key, "x");
        expect(read.shape).toEqual(shape);
        expect(new Uint32Array(read.values.buffer)).toEqual(new Uint32Array(values.buffer));
      }
    }),
    { numRuns: 500 },
  );
});

test("F16 and BF16 are widened exactly", () => {
  const halves = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00];
  const wide = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504, Infinity, -Infinity, NaN];
  const brains = [0x3f80, 0xbf80, 0x0001, 0x7f80, 0x4049];
  const wideBrains = [1, -1, 2 ** -133, Infinity, 3.140625];
  const file = fileOf({ h: { dtype: "F16", shape: [11], data_offsets: [0, 22] }, b: { dtype: "BF16", shape: [5], data_offsets: [22, 32] } }, 32);
  const view = new DataView(file.buffer, file.byteOffset + file.length - 32);
  halves.forEach((bits, i) => view.setUint16(2 * i, bits, true));
  brains.forEach((bits, i) => view.setUint16(22 + 2 * i, bits, true));
  const { tensors } = parseSafetensors(file, "x");
  expect([...toFloatTensor(tensors.get("h")!, "h", "x").values]).toEqual(wide);
  expect([...toFloatTensor(tensors.get("b")!, "b", "x").values]).toEqual(wideBrains);
});

test("each rule of the format has its own refusal", () => {
  const entry = (shape: unknown, data_offsets: unknown, dtype: unknown = "F32"): object => ({ dtype, shape, data_offsets });
  const cases: [bytes: Uint8Array, reason: RegExp][] = [
    [new Uint8Array(7), /even the header's length/],
    [fileOf("{}", 0, 100_000_001n), /at most 100000000/],
    [fileOf("{}", 0, 2n ** 64n - 1n), /at most 100000000/],
    [fileOf("{}", 0, 3n), /it was cut/],
    [fileOf("{"), /not valid JSON/],
    [fileOf("[]"), /not a JSON object/],
    [fileOf("null"), /not a JSON object/],
    [fileOf("[".repeat(200_000)), /not valid JSON/],
    [fileOf(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), /is not \{ dtype/],
    [fileOf(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, entry([0], [0, 0])]))), /10001 entries/],
    [fileOf({ __metadata__: { a: 1 } }), /other than text/],
    [fileOf({ __metadata__: "x" }), /metadata is not an object/],
    [fileOf({ a: entry([1], [0, 4], "F3") }, 4), /unknown type/],
    [fileOf({ a: entry([1], [0, 4], "constructor") }, 4), /unknown type/],
    [fileOf({ a: { ...entry([1], [0, 4]), more: 1 } }, 4), /is not \{ dtype/],
    [fileOf({ a: entry([-1], [0, 4]) }, 4), /is not \{ dtype/],
    [fileOf({ a: entry([1.5], [0, 6]) }, 6), /is not \{ dtype/],
    [fileOf({ a: entry([1], [0, 1e300]) }, 4), /is not \{ dtype/],
    [fileOf({ a: entry([2 ** 32, 2 ** 32], [0, 0]) }), /overflows/],
    [fileOf({ a: entry([2], [0, 4]) }, 4), /needs 8 bytes/],
    [fileOf({ a: entry([1], [4, 0]) }, 4), /needs 4 bytes/],
    [fileOf({ a: entry([2], [0, 8]) }, 4), /leaves the file/],
    [fileOf({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4), /overlaps/],
    [fileOf({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), /overlaps/],
    [fileOf({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), /leaves a hole/],
    [fileOf({ a: entry([1], [0, 4]) }, 5), /1 bytes at its end/],
    [fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /a key twice/],
    [fileOf('{"a":{"dtype":"U8","dtype" \n:"F32","shape":[1],"data_offsets":[0,4]}}', 4), /a key twice/],
    [fileOf('{"__metadata__":{"\\"":"a","\\u0022":"b"}}'), /a key twice/],
    [fileOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("latin1")), /is not \{ dtype/],
  ];
  for (const [bytes, reason] of cases) expect(reasonOf(bytes)).toMatch(reason);
  expect(reasonOf(fileOf({}))).toBe("accepted");
  expect(reasonOf(fileOf('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4))).toBe("accepted");
});

test("10,000 hostile files: a typed error or a consistent file, never anything else", () => {
  const good = encodeSafetensors({ prompt_embeddings: { shape: [2, 3], values: new Float32Array(6) }, b: { shape: [1], values: new Float32Array(1) } });
  const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.double(), fc.constantFrom(2 ** 31, 2 ** 53, 1e308, "4", null));
  const entry = fc.record(
    { dtype: fc.oneof(fc.constantFrom("F32", "F16", "BF16", "I64", "BOOL", "", "__proto__"), fc.string()), shape: fc.oneof(fc.array(number, { maxLength: 4 }), fc.jsonValue()), data_offsets: fc.oneof(fc.array(number, { minLength: 2, maxLength: 2 }), fc.jsonValue()) },
    { requiredKeys: [] },
  );
  const header = fc.oneof(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__metadata__", "__proto__", "a")), fc.oneof(entry, fc.jsonValue()), { maxKeys: 4 }).map((value) => JSON.stringify(value)), fc.json(), fc.string());
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(header, fc.nat(64)).map(([text, bytes]) => fileOf(text, bytes)),
    fc.tuple(header, fc.nat(64), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(([text, bytes, length]) => fileOf(text, bytes, length)),
    fc.nat(good.length).map((length) => good.subarray(0, length)),
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }).map((changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    }),
  );
  let cases = 0;
  let refused = 0;
  fc.assert(
    fc.property(hostile, (bytes) => {
      cases++;
      try {
        const file = parseSafetensors(bytes, "x");
        let total = 0;
        for (const [name, tensor] of file.tensors) {
          total += tensor.bytes.length;
          try {
            expect(toFloatTensor(tensor, name, "x").values.length).toBe(tensor.shape.reduce((a, b) => a * b, 1));
          } catch (error) {
            if (!(error instanceof PromptTuningError)) throw error;
          }
        }
        expect(total).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        if (!(error instanceof PromptTuningError) || error.kind !== "model") throw error;
        refused++;
      }
    }),
    { numRuns: 10_000 },
  );
  expect(refused).toBeGreaterThan(5_000);
  console.log(`safetensors: ${cases} hostile files, ${refused} refused`);
});
