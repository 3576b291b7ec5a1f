import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { type ExternalData, isExternal } from "../graph/initializer.js";

/** Constants up to this many bytes may hold shapes, axes or factors, which are read while the graph is edited. */
const smallBytes = 4096;

/** Reads small external constants into the graph; some exporters put even a single number into the data file. */
export function inlineSmallConstants(graph: Graph, folder: string): void {
  for (const [name, initializer] of graph.initializers) {
    const { data } = initializer;
    if (isExternal(data) && data.length <= smallBytes) graph.initializers.set(name, { ...initializer, data: readExternal(folder, data) });
  }
}

/** Bytes of an external tensor. @throws PromptTuningError kind "model" when the file is too short or unreadable. */
export function readExternal(folder: string, { location, offset, length }: ExternalData): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = join(folder, location);
  const fail = (reason: string, cause?: unknown): PromptTuningError =>
    new PromptTuningError("model", `The weights in ${location} cannot be read.`, { reason, advice: "Download or export the model again, with all of its data files.", file, cause });
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    throw fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
  try {
    for (let done = 0; done < length; ) {
      const read = readSync(descriptor, bytes, done, length - done, offset + done);
      if (read === 0) throw fail(`The file ends before byte ${offset + length}.`);
      done += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
