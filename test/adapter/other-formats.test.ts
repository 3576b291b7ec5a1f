import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync, zipSync } from "fflate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeKobold, parseKobold } from "../../src/adapter/kobold.js";
import { encodeNpy, parseNpy } from "../../src/adapter/npy.js";
import { dumpPythonJson } from "../../src/adapter/python-json.js";
import { readSoftPrompt } from "../../src/adapter/read-prompt.js";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";
import { checkWidth } from "../../src/adapter/soft-prompt.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { temporaryFolder } from "../runs/support.js";

const reference = path.join(__dirname, "reference");
const prompt = { prompt: Float32Array.from({ length: 6 }, (_, i) => i - 2.5), virtualTokens: 2, width: 3 };

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return (error as PromptTuningError).describe();
  }
  return "accepted";
}

/** Runs `read` on 10,000 files: random bytes, and `good` cut and changed. Anything but a typed error is a failure. */
function attack(name: string, good: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  let cases = 0;
  let refused = 0;
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(good.length).map((length) => good.slice(0, length)),
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
      const bytes = good.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    }),
    fc.tuple(fc.nat(good.length), fc.uint8Array({ maxLength: 40 })).map(([at, bytes]) => Buffer.concat([good.subarray(0, at), bytes, good.subarray(at)])),
  );
  fc.assert(
    fc.property(hostile, (bytes) => {
      cases++;
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof PromptTuningError) || error.kind !== "model") throw error;
        refused++;
      }
    }),
    { numRuns: 10_000 },
  );
  expect(refused).toBeGreaterThan(5_000);
  console.log(`${name}: ${cases} hostile files, ${refused} refused`);
}

test("a .npy file is NumPy's, byte for byte, and comes back", () => {
  const bytes = readFileSync(path.join(reference, "tiny", "prompt.npy"));
  const read = parseNpy(bytes, "x");
  expect(read.shape).toEqual([4, 8]);
  expect(Buffer.compare(encodeNpy(read), bytes)).toBe(0);
  expect(parseNpy(encodeNpy({ shape: [3], values: Float32Array.of(NaN, -0, 1) }), "x")).toEqual({ shape: [3], values: Float32Array.of(NaN, -0, 1) });
});

test("a .npy file of another kind is refused with the reason", () => {
  const npy = (header: string, bytes: number): Uint8Array => {
    const padded = header.padEnd(117) + "\n";
    return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length, 0]), Buffer.from(padded), Buffer.alloc(bytes)]);
  };
  const cases: [header: string, bytes: number, reason: RegExp][] = [
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, /a pickle/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 8, /only float32 and float16/],
    ["{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, /only float32/],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", 4, /Fortran/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 8, /needs 16 bytes/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", 8, /overflows/],
    ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, /does not say/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 8, /^accepted$/],
    ["{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", 4, /^accepted$/],
    ["{'descr': '|V2', 'fortran_order': False, 'shape': (1, 2), }", 4, /^accepted$/],
  ];
  for (const [header, bytes, reason] of cases) expect(reasonOf(() => parseNpy(npy(header, bytes), "x")), header).toMatch(reason);
});

test("hostile .npy files", () => attack("npy", encodeNpy({ shape: [2, 3], values: prompt.prompt }), (bytes) => parseNpy(bytes, "x")));

test("a KoboldAI soft prompt comes back, and is the same file every time", () => {
  const meta = { name: "spam", author: "me", supported: ["tiny"], description: "ü" };
  const bytes = encodeKobold(prompt, meta);
  expect(parseKobold(bytes, "x")).toEqual({ ...prompt, meta });
  expect(Buffer.compare(bytes, encodeKobold(prompt, meta))).toBe(0);
  expect(Object.keys(unzipSync(bytes)).sort()).toEqual(["meta.json", "tensor.npy"]);
  expect(reasonOf(() => encodeKobold({ prompt: new Float32Array(2048), virtualTokens: 2048, width: 1 }, {}))).toMatch(/KoboldAI takes 2047/);
});

test("zips that are no soft prompt are refused with the reason", () => {
  const tensor = encodeNpy({ shape: [2, 3], values: prompt.prompt });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const cases: [bytes: Uint8Array, reason: RegExp][] = [
    [zipSync({ "meta.json": text("{}") }), /no tensor\.npy/],
    [zipSync({ "../tensor.npy": tensor }), /no tensor\.npy/],
    [zipSync({ "archive/data.pkl": text("x"), "tensor.npy": tensor }), /pickle/],
    [zipSync({ "tensor.npy": tensor, "meta.json": text("{") }), /meta\.json is damaged/],
    [zipSync({ "tensor.npy": tensor, "meta.json": text('{"name":1}') }), /meta\.json is damaged/],
    [zipSync({ "tensor.npy": tensor, "meta.json": text(" ".repeat(2 * 1024 * 1024)) }), /meta\.json is too large/],
    [zipSync({ "tensor.npy": encodeNpy({ shape: [6], values: prompt.prompt }) }), /two dimensions/],
    [zipSync({ "tensor.npy": tensor, "meta.json": text('{"supported":"one","more":{}}') }), /^accepted$/],
    [zipSync({ "tensor.npy": tensor }), /^accepted$/],
  ];
  for (const [bytes, reason] of cases) expect(reasonOf(() => parseKobold(bytes, "x"))).toMatch(reason);
});

test("a zip that claims more than it holds takes no more memory than allowed", () => {
  const bytes = Buffer.from(encodeKobold(prompt, {}));
  // The uncompressed size of every entry in the central directory (offset 24 after its mark) becomes 200 MB.
  for (let at = bytes.indexOf("PK\x01\x02", 0, "latin1"); at !== -1; at = bytes.indexOf("PK\x01\x02", at + 1, "latin1")) bytes.writeUInt32LE(200 * 1024 * 1024, at + 24);
  expect(reasonOf(() => parseKobold(bytes, "x"))).toMatch(/is too large/);
});

test("hostile zips", () => attack("kobold", encodeKobold(prompt, { name: "a" }), (bytes) => parseKobold(bytes, "x")));

test("a prompt is read from whatever it lies in; pickles never", () => {
  const folder = temporaryFolder();
  const write = (name: string, bytes: Uint8Array | string): string => (writeFileSync(path.join(folder, name), bytes), path.join(folder, name));
  const tensor = { shape: [2, 3], values: prompt.prompt };
  expect(readSoftPrompt(write("a.npy", encodeNpy(tensor)))).toEqual({ ...prompt, format: "npy" });
  expect(readSoftPrompt(write("no-ending", encodeNpy(tensor)))).toEqual({ ...prompt, format: "npy" });
  expect(readSoftPrompt(write("a.zip", encodeKobold(prompt, {})))).toMatchObject({ ...prompt, format: "kobold" });
  expect(readSoftPrompt(write("a.safetensors", encodeSafetensors({ anything: tensor })))).toEqual({ ...prompt, format: "safetensors" });
  for (const source of ["peft-made", "peft-made/adapter_config.json"]) expect(readSoftPrompt(path.join(reference, source))).toMatchObject({ format: "peft", virtualTokens: 20, adapter: { width: 576 } });
  expect(readSoftPrompt(path.join(reference, "peft-made/adapter_model.safetensors"))).toMatchObject({ format: "safetensors", virtualTokens: 20 });

  const pickle = Buffer.from([0x80, 0x02, 0x7d, 0x71, 0x00, 0x2e]);
  for (const [name, bytes] of [["a.bin", pickle], ["b.safetensors", pickle], ["c.pt", "old"], ["mkultra.json", '{"metadata":{},"tensor":"gAJ9"}'], ["torch.pt", zipSync({ "archive/data.pkl": pickle })]] as const)
    expect(reasonOf(() => readSoftPrompt(write(name, bytes))), name).toMatch(/pickle/);
  expect(reasonOf(() => readSoftPrompt(path.join(folder, "missing")))).toMatch(/There is no file or folder/);
  expect(reasonOf(() => readSoftPrompt("a\0b"))).toMatch(/There is no file or folder/);
  expect(reasonOf(() => readSoftPrompt(write("empty", "")))).toMatch(/not a usable safetensors/);
});

test("a prompt of another width is refused with both widths", () => {
  expect(reasonOf(() => checkWidth(prompt, { name: "smollm2", hiddenSize: 576 }))).toMatch(/3 numbers.*576/);
  expect(reasonOf(() => checkWidth(prompt, { name: "tiny", hiddenSize: 3 }))).toBe("accepted");
});

test("JSON in Python's form: nested, empty, escaped", () => {
  expect(dumpPythonJson({ b: [], a: {}, c: [1, [true, null]], d: "é\u{1f41f}\u007f" })).toBe('{\n  "a": {},\n  "b": [],\n  "c": [\n    1,\n    [\n      true,\n      null\n    ]\n  ],\n  "d": "\\u00e9\\ud83d\\udc1f\\u007f"\n}');
  expect(() => dumpPythonJson({ a: 0.5 })).toThrow(RangeError);
});
