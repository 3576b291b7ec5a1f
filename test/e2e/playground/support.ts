import { copyFileSync } from "node:fs";
import path from "node:path";
import { spam, TinyRuns, tinyModel } from "../../backend/playground/tiny-runs.js";

/** A workspace with two finished runs of the tiny model, whose file lies in it. */
export function promptsOfRuns(): { readonly here: TinyRuns; readonly runs: Promise<string[]> } {
  const here = new TinyRuns();
  copyFileSync(tinyModel, path.join(here.folder, "tiny.gguf"));
  const train = async (): Promise<string[]> => [await here.train({ ...spam({ seed: 1 }), model: { path: "tiny.gguf" } }), await here.train({ ...spam({ seed: 2 }), model: { path: "tiny.gguf" } })];
  return { here, runs: train() };
}
