import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { isExternal } from "../graph/initializer.js";

/**
 * onnxruntime follows no links out of the folder it is given, but a hub's cache keeps every file as a link into its
 * folder of blobs. References to data files are changed, in place, to the files themselves.
 * @returns the folder that the data files really lie in
 */
export function resolveLinks(graph: Graph, folder: string, file: string): string {
  const real = new Map<string, string>();
  for (const [name, initializer] of graph.initializers) {
    const { data } = initializer;
    if (!isExternal(data)) continue;
    const path = real.get(data.location) ?? realpathSync(join(folder, data.location));
    real.set(data.location, path);
    graph.initializers.set(name, { ...initializer, data: { ...data, location: basename(path) } });
  }
  const folders = new Set([...real.values()].map(dirname));
  if (folders.size > 1) {
    throw new PromptTuningError("model", "The data files of the ONNX model lie in different folders.", { advice: "Put the model and its data files into one folder.", file });
  }
  const [only] = folders;
  return only ?? folder;
}
