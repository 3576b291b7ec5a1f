import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheFolder } from "../../src/backbone/sources/cache-folder.js";
import { fetchRealModel, realModel } from "../parity/real-backbone.js";
import { pythonWith, runPython } from "./python.js";

/** Where the small decoder's other formats lie, by name: what an experiment's `model.path` names. */
export interface DecoderFormats {
  readonly safetensors: string;
  readonly onnx: string;
  readonly "onnx-q4": string;
}

/**
 * The decoder of the GGUF file as a safetensors folder, an ONNX export and that in four bits (scripts/reference/decoder_formats.py).
 * Made once and kept in the cache folder (1.3 GB); the name of a folder that is whole is given last.
 * @returns what is lacking, where they have not been made and Python's packages are not here.
 */
export async function makeDecoderFormats(root: string, print: (line: string) => void, signal: AbortSignal): Promise<DecoderFormats | { readonly lacks: string }> {
  const folder = path.join(cacheFolder(), "claims", `${realModel}-formats`);
  if (!existsSync(path.join(folder, "made.txt"))) {
    const python = pythonWith(["torch", "transformers", "onnx", "onnxscript", "onnxruntime", "gguf"]);
    if ("lacks" in python) return python;
    const { modelFile } = await fetchRealModel({ signal });
    const making = `${folder}.making`;
    for (const old of [making, folder]) rmSync(old, { recursive: true, force: true });
    mkdirSync(making, { recursive: true });
    await runPython(python.program, [path.join(root, "scripts", "reference", "decoder_formats.py"), modelFile, making], signal);
    writeFileSync(path.join(making, "made.txt"), `${python.versions}\n`);
    renameSync(making, folder);
    print(`The formats of ${realModel} were written by ${python.versions}.`);
  }
  return { safetensors: path.join(folder, "safetensors"), onnx: path.join(folder, "onnx"), "onnx-q4": path.join(folder, "onnx-q4") };
}
