import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { parseModel } from "../../../src/engine/onnx/model-file.js";
import { GraphProtoSchema, ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";

const root = mkdtempSync(join(tmpdir(), "external-data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, "model");
const file = join(folder, "model.onnx");
mkdirSync(join(folder, "inner"), { recursive: true });
writeFileSync(file, "");
writeFileSync(join(folder, "weights.bin"), new Uint8Array(64));
writeFileSync(join(folder, "short.bin"), new Uint8Array(7));
writeFileSync(join(folder, "inner", "weights.bin"), new Uint8Array(64));
writeFileSync(join(root, "secret.bin"), new Uint8Array(64));
symlinkSync(join(root, "secret.bin"), join(folder, "link-out.bin"));
symlinkSync(root, join(folder, "link-folder"));
symlinkSync("/dev/zero", join(folder, "link-device.bin"));
symlinkSync("link-loop.bin", join(folder, "link-loop.bin"));
symlinkSync(join(folder, "inner", "weights.bin"), join(folder, "link-inner.bin"));

function modelPointingTo(entries: Readonly<Record<string, string>>, dims: readonly number[] = [2, 2]): Uint8Array {
  const tensor = create(TensorProtoSchema, {
    name: "weight",
    dataType: 1,
    dims: dims.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 10n, graph: create(GraphProtoSchema, { name: "g", initializer: [tensor] }) }));
}

const escapes: Readonly<Record<string, string>> = {
  "parent folder": "../secret.bin",
  "parent folder, backslash": "..\\secret.bin",
  "two up": "../../etc/passwd",
  "up and down again": "../model/weights.bin",
  "through a folder": "inner/../../secret.bin",
  "into a folder": "inner/weights.bin",
  "into a folder, backslash": "inner\\weights.bin",
  "dot first": "./weights.bin",
  "dot first, backslash": ".\\weights.bin",
  "double slash": "inner//weights.bin",
  "absolute": join(root, "secret.bin"),
  "absolute, inside": join(folder, "weights.bin"),
  "system file": "/etc/passwd",
  "process file": "/proc/self/environ",
  "device": "/dev/zero",
  "descriptor": "/dev/fd/0",
  "drive": "C:\\Windows\\win.ini",
  "drive, slash": "C:/Windows/win.ini",
  "drive, relative": "C:secret.bin",
  "network share": "\\\\server\\share\\secret.bin",
  "network share, slash": "//server/share/secret.bin",
  "device namespace": "\\\\.\\PhysicalDrive0",
  "long path namespace": "\\\\?\\C:\\secret.bin",
  "alternate stream": "weights.bin:hidden",
  "web address": "https://example.org/weights.bin",
  "file address": "file:///etc/passwd",
  "home": "~/secret.bin",
  "empty": "",
  "this folder": ".",
  "the folder above": "..",
  "a folder": "inner",
  "NUL byte": "weights.bin\u0000.txt",
  "NUL byte before an escape": "\u0000../secret.bin",
  "line break": "weights.bin\n",
  "carriage return": "weights.bin\r",
  "reserved name CON": "CON",
  "reserved name with an ending": "nul.bin",
  "reserved name COM1": "com1",
  "reserved name LPT9": "LPT9.dat",
  "trailing dot": "weights.bin.",
  "trailing space": "weights.bin ",
  "three hundred letters": "w".repeat(300),
  "percent-encoded escape": "..%2Fsecret.bin",
  "slash of another script": "..\u2215secret.bin",
  "full-width dots": "\uff0e\uff0e/secret.bin",
  "link out of the folder": "link-out.bin",
  "through a linked folder": "link-folder/secret.bin",
  "link to a device": "link-device.bin",
  "link to itself": "link-loop.bin",
  "link into a folder below": "link-inner.bin",
  "no such file": "missing.bin",
};

describe("external data", () => {
  it("refuses every kind of path that leaves the model's folder", () => {
    let refused = 0;
    for (const [kind, location] of Object.entries(escapes)) {
      let error: unknown;
      try {
        parseModel(modelPointingTo({ location, offset: "0", length: "16" }), file);
      } catch (caught) {
        error = caught;
      }
      expect(error, kind).toBeInstanceOf(PromptTuningError);
      expect((error as PromptTuningError).describe(), kind).not.toMatch(/[\u0000\n\r]/);
      refused++;
    }
    console.log(`${refused} kinds of path refused`);
    expect(refused).toBeGreaterThanOrEqual(40);
  });

  const ranges: [string, Record<string, string>, number[]?][] = [
    ["beyond the end", { offset: "56", length: "16" }],
    ["negative offset", { offset: "-8", length: "16" }],
    ["offset in hexadecimal", { offset: "0x8", length: "16" }],
    ["offset as a fraction", { offset: "0.5", length: "16" }],
    ["offset not a number", { offset: "NaN", length: "16" }],
    ["enormous offset", { offset: "99999999999999999999", length: "16" }],
    ["offset that overflows", { offset: "9007199254740991", length: "16" }],
    ["shorter than the shape", { length: "12" }],
    ["longer than the shape", { length: "20" }],
    ["empty length", { length: "" }],
    ["shape too large to count", { length: "16" }, [2 ** 40, 2 ** 40]],
    ["short file", { location: "short.bin" }],
  ];
  it.each(ranges)("refuses a range: %s", (_name, entries, dims) => {
    expect(() => parseModel(modelPointingTo({ location: "weights.bin", ...entries }, dims), file)).toThrow(PromptTuningError);
  });

  it("accepts a plain name and refers to it", () => {
    const whole = parseModel(modelPointingTo({ location: "weights.bin" }), file).initializers.get("weight");
    expect(whole?.data).toEqual({ location: "weights.bin", offset: 0, length: 16 });
    const part = parseModel(modelPointingTo({ location: "weights.bin", offset: "48", length: "16" }), file).initializers.get("weight");
    expect(part?.data).toEqual({ location: "weights.bin", offset: 48, length: 16 });
  });

  it("follows links of a hub's cache, where model and data lie together in one folder of blobs", () => {
    const blobs = join(root, "blobs");
    const snapshot = join(root, "snapshots", "main");
    mkdirSync(blobs);
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(blobs, "a1"), "");
    writeFileSync(join(blobs, "b2"), new Uint8Array(16));
    symlinkSync(join(blobs, "a1"), join(snapshot, "model.onnx"));
    symlinkSync(join(blobs, "b2"), join(snapshot, "model.onnx_data"));
    symlinkSync(join(root, "secret.bin"), join(snapshot, "escape"));
    const linked = join(snapshot, "model.onnx");
    expect(parseModel(modelPointingTo({ location: "model.onnx_data" }), linked).initializers.get("weight")?.data).toMatchObject({ length: 16 });
    expect(() => parseModel(modelPointingTo({ location: "escape" }), linked)).toThrow(PromptTuningError);
  });

  it("refuses external data of a model without a folder", () => {
    expect(() => parseModel(modelPointingTo({ location: "weights.bin" }))).toThrow(PromptTuningError);
  });
});
