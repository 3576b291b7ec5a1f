import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, it } from "vitest";
import { escapeFolder, pathEscapes } from "../../../bench/data/hostile-models/path-escapes.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { parseModel } from "../../../src/engine/onnx/model-file.js";
import { GraphProtoSchema, ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";

const root = mkdtempSync(join(tmpdir(), "external-data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = escapeFolder(root, ".bin");
const file = join(folder, "model.onnx");
writeFileSync(file, "");
writeFileSync(join(folder, "short.bin"), new Uint8Array(7));

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

describe("external data", () => {
  it("refuses every kind of path that leaves the model's folder", () => {
    let refused = 0;
    for (const [kind, location] of Object.entries(pathEscapes(root, ".bin"))) {
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
