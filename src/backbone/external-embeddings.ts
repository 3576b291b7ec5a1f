import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { type Initializer, isExternal } from "../engine/graph/initializer.js";
import type { EmbeddingTable } from "../engine/embedding-table.js";

/**
 * Embedding matrix [rows, width], times a scale, in a model's external float32 file. Rows are read when they are first
 * asked for and kept: a training meets some thousand tokens, and the whole matrix can be a quarter of a model. Who asks
 * for all of it holds it; it is not kept here for longer.
 */
export function readExternalEmbeddings(folder: string, initializer: Initializer, scale = 1): EmbeddingTable {
  const [rows, width] = initializer.shape;
  const scaled = (values: Float32Array): Float32Array => {
    if (scale !== 1) for (let i = 0; i < values.length; i++) values[i] *= scale;
    return values;
  };
  const known = new Map<number, Float32Array>();
  let whole: WeakRef<Float32Array> | undefined;
  const readMissing = (ids: ArrayLike<number>): void => {
    const missing = [...new Set(Array.from(ids))].filter((id) => !known.has(id));
    if (missing.length === 0) return;
    const values = scaled(readExternalRows(folder, initializer, missing));
    missing.forEach((id, i) => known.set(id, values.slice(i * width, (i + 1) * width)));
  };
  return {
    rows,
    width,
    gather(ids) {
      if (ids.length > mostKeptAtOnce) return scaled(readExternalRows(folder, initializer, ids));
      readMissing(ids);
      const result = new Float32Array(ids.length * width);
      for (let i = 0; i < ids.length; i++) result.set(known.get(ids[i])!, i * width);
      return result;
    },
    matrix() {
      const held = whole?.deref();
      if (held) return held;
      const matrix = scaled(readExternalMatrix(folder, initializer));
      whole = new WeakRef(matrix);
      return matrix;
    },
  };
}

/** Who asks for more rows at once goes through the vocabulary. */
const mostKeptAtOnce = 4096;

/** A whole matrix [rows, width] in a model's external float32 file. */
export function readExternalMatrix(folder: string, initializer: Initializer): Float32Array {
  const matrix = new Float32Array(initializer.shape[0] * initializer.shape[1]);
  readExternal(folder, initializer, (readInto) => readInto(matrix, 0));
  return matrix;
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

/**
 * The rows that a vocabulary has entries for. Many models' matrices are padded to a round number: what is nearest to a
 * prompt, or drawn to begin with, is looked for among tokens only.
 */
export function rowsOfTokens(table: EmbeddingTable, { vocabularySize }: { readonly vocabularySize: number }): EmbeddingTable {
  if (table.rows <= vocabularySize) return table;
  const { width } = table;
  const gather = (ids: ArrayLike<number>): Float32Array => {
    for (let i = 0; i < ids.length; i++) checkRow(ids[i], vocabularySize);
    return table.gather(ids);
  };
  return { rows: vocabularySize, width, gather, matrix: () => table.matrix().subarray(0, vocabularySize * width) };
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
