import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, type HostileFiles, pick } from "./edits.js";
import { hostileFolder } from "./folder.js";
import { hostileGguf, planGguf } from "./gguf.js";
import { hostileOnnx } from "./onnx.js";
import { hostileAdapter, hostileKobold, hostileNpy } from "./prompts.js";
import { hostileTokenizer } from "./tokenizer.js";
import { hostileWheel } from "./wheel.js";

/** What is read, one reader each. "onnx-run" are the ONNX files that are understood, trained through for a step. */
export const hostileModelKinds = ["gguf", "safetensors", "onnx", "onnx-run", "tokenizer", "adapter", "npy", "kobold", "wheel"] as const;
export type HostileModelKind = (typeof hostileModelKinds)[number];

/** Makes the hostile models of a kind from the tiny models that the tests keep. @param root the repository */
export function hostileModels(kind: HostileModelKind, root: string): (number: number) => HostileFiles {
  const seeded = (number: number): RandomSource => RandomSource.derive(number, `hostile ${kind === "onnx-run" ? "onnx" : kind}`);
  const one = (name: string, file: HostileFile): HostileFiles => new Map([[name, file]]);
  switch (kind) {
    case "gguf": {
      const files = families(root, "model.gguf").map((file) => readFileSync(file));
      const plans = files.map(planGguf);
      return (number) => {
        const random = seeded(number);
        const which = random.integer(files.length);
        return one("model.gguf", hostileGguf(random, files[which], plans[which]));
      };
    }
    case "safetensors": {
      const folders = families(root, "folder").map(readFolder);
      return (number) => {
        const random = seeded(number);
        return hostileFolder(random, pick(random, folders));
      };
    }
    case "onnx":
    case "onnx-run": {
      const folders = exports(root).map(readFolder);
      const tokenizer = readFolder(families(root, "folder")[0]);
      return (number) => {
        const random = seeded(number);
        const original = pick(random, folders);
        const beside = [...original].filter(([name]) => /data/.test(name)).map(([name, bytes]) => [name, { bytes }] as const);
        const names = ["tokenizer.json", "tokenizer_config.json"].map((name) => [name, { bytes: tokenizer.get(name)! }] as const);
        return new Map<string, HostileFile>([["model.onnx", hostileOnnx(random, original.get("model.onnx")!)], ...beside, ...names]);
      };
    }
    case "tokenizer": {
      const folders = families(root, "folder").map(readFolder);
      return (number) => hostileTokenizer(seeded(number), folders);
    }
    case "adapter":
      return (number) => hostileAdapter(seeded(number));
    case "npy":
      return (number) => one("prompt.npy", hostileNpy(seeded(number)));
    case "kobold":
      return (number) => one("prompt.zip", hostileKobold(seeded(number)));
    case "wheel":
      return (number) => one("tiny.whl", hostileWheel(seeded(number)));
  }
}

/** Writes them into a folder. @returns bytes in all, holes not counted. */
export function writeHostile(folder: string, files: HostileFiles): number {
  mkdirSync(folder, { recursive: true });
  let total = 0;
  for (const [name, { bytes, size }] of files) {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    if (size !== undefined) truncateSync(file, size);
    total += bytes.length;
  }
  return total;
}

/** The tiny models of every family that has such a file or folder. */
function families(root: string, name: string): string[] {
  const place = path.join(root, "test", "parity", "reference", "families");
  return readdirSync(place).sort().map((family) => path.join(place, family, name)).filter((found) => existsSync(found));
}

function exports(root: string): string[] {
  const place = path.join(root, "test", "engine", "exported", "reference");
  const variants = readdirSync(path.join(place, "variants")).sort().map((name) => path.join(place, "variants", name));
  return [path.join(place, "dynamo"), path.join(place, "torchscript"), ...variants];
}

function readFolder(folder: string): ReadonlyMap<string, Buffer> {
  return new Map(readdirSync(folder).sort().map((name) => [name, readFileSync(path.join(folder, name))]));
}
