/** The platforms an extension's package can be made for: those onnxruntime-node carries binaries for. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { root } from "./prepare.mjs";

const runtime = path.join(root, "node_modules", "onnxruntime-node");

/** Folders bin/<napi version>/<platform>/<arch> of onnxruntime-node, by VS Code's name of the target, e.g. "linux-x64". */
export function targets() {
  const found = new Map();
  for (const api of readdirSync(path.join(runtime, "bin")).sort()) {
    for (const platform of readdirSync(path.join(runtime, "bin", api))) {
      for (const arch of readdirSync(path.join(runtime, "bin", api, platform))) found.set(`${platform}-${arch}`, path.join("bin", api, platform, arch));
    }
  }
  return found;
}

/**
 * Files of onnxruntime-node that a target needs, relative to the package's folder. Of libraries that are there twice
 * under two names (macOS), only the one that the binding loads.
 */
export function runtimeFiles(target) {
  const folder = targets().get(target);
  if (!folder) throw new Error(`onnxruntime-node has no binaries for "${target}". It has them for ${[...targets().keys()].join(", ")}.`);
  const names = readdirSync(path.join(runtime, folder));
  const binding = names.find((name) => name.endsWith(".node"));
  if (!binding) throw new Error(`${folder} of onnxruntime-node has no binding (.node); run npm ci.`);
  const read = (name) => readFileSync(path.join(runtime, folder, name));
  const loaded = (name) => read(binding).includes(name);
  const twice = (name) => !loaded(name) && names.some((other) => other !== name && loaded(other) && read(other).equals(read(name)));
  const code = readdirSync(path.join(runtime, "dist")).filter((name) => name.endsWith(".js"));
  const files = ["package.json", "README.md", ...code.map((name) => path.join("dist", name)), ...names.filter((name) => !twice(name)).map((name) => path.join(folder, name))];
  return files.filter((name) => existsSync(path.join(runtime, name)));
}
