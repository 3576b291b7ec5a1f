import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { type Initializer, isExternal } from "../engine/graph/initializer.js";
import type { EmbeddingTable } from "../engine/embedding-table.js";

/** Embedding matrix [rows, width] read once, in one piece, from a model's external float32 file. */
export function readExternalEmbeddings(folder: string, { data, shape }: Initializer): EmbeddingTable {
  if (!isExternal(data)) throw new Error("The embedding matrix is not external.");
  const [rows, width] = shape;
  const matrix = new Float32Array(rows * width);
  const bytes = new Uint8Array(matrix.buffer);
  const file = join(folder, data.location);
  const descriptor = openSync(file, "r");
  try {
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, data.offset + done);
      if (read === 0) {
        throw new PromptTuningError("model", "The unpacked weights in the cache are incomplete.", {
          advice: "Remove the model with `ptune models remove` and run again.",
          file,
        });
      }
      done += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return embeddingTable(matrix, rows, width);
}

export function embeddingTable(matrix: Float32Array, rows: number, width: number): EmbeddingTable {
  return {
    rows,
    width,
    matrix: () => matrix,
    gather: (ids) => {
      const result = new Float32Array(ids.length * width);
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        if (!(id >= 0 && id < rows)) throw new RangeError(`There is no token ${id} in a vocabulary of ${rows}.`);
        result.set(matrix.subarray(id * width, (id + 1) * width), i * width);
      }
      return result;
    },
  };
}
