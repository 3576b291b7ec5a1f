import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { type Initializer, isExternal } from "../engine/graph/initializer.js";
import type { EmbeddingTable } from "../engine/embedding-table.js";

/** Embedding matrix [rows, width], times a scale, read once, in one piece, from a model's external float32 file. */
export function readExternalEmbeddings(folder: string, initializer: Initializer, scale = 1): EmbeddingTable {
  const [rows, width] = initializer.shape;
  const matrix = new Float32Array(rows * width);
  readExternal(folder, initializer, (readInto) => readInto(matrix, 0));
  if (scale !== 1) for (let i = 0; i < matrix.length; i++) matrix[i] *= scale;
  return embeddingTable(matrix, rows, width);
}

/** Some rows [ids, width] of a matrix in a model's external float32 file. */
export function readExternalRows(folder: string, initializer: Initializer, ids: ArrayLike<number>): Float32Array {
  const [rows, width] = initializer.shape;
  const result = new Float32Array(ids.length * width);
  readExternal(folder, initializer, (readInto) => {
    for (let i = 0; i < ids.length; i++) {
      checkRow(ids[i], rows);
      readInto(result.subarray(i * width, (i + 1) * width), ids[i] * width);
    }
  });
  return result;
}

/** Bytes that one call of the system may read: less than 2³¹. */
const mostAtOnce = 2 ** 30;

type ReadInto = (target: Float32Array, firstValue: number) => void;

function readExternal(folder: string, { data }: Initializer, work: (readInto: ReadInto) => void): void {
  if (!isExternal(data)) throw new Error("The matrix is not external.");
  const file = join(folder, data.location);
  const descriptor = openSync(file, "r");
  try {
    work((target, firstValue) => {
      const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(descriptor, bytes, done, Math.min(mostAtOnce, bytes.length - done), data.offset + 4 * firstValue + done);
        if (read === 0) {
          throw new PromptTuningError("model", "The unpacked weights in the cache are incomplete.", {
            advice: "Remove the model with `ptune models remove` and run again.",
            file,
          });
        }
        done += read;
      }
    });
  } finally {
    closeSync(descriptor);
  }
}

function checkRow(id: number, rows: number): void {
  if (id >= 0 && id < rows) return;
  throw new PromptTuningError("model", `The tokenizer gives the token ${id}, which the model does not have.`, {
    reason: `Its embeddings are those of ${rows} tokens.`,
    advice: "Put the tokenizer.json of this very model beside it.",
  });
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
        checkRow(id, rows);
        result.set(matrix.subarray(id * width, (id + 1) * width), i * width);
      }
      return result;
    },
  };
}
