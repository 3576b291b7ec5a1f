import { widenBfloat16, widenFloat16 } from "../../adapter/half-floats.js";
import type { EmbeddingTable } from "../embedding-table.js";
import { embeddingTable } from "../../backbone/external-embeddings.js";
import { PromptTuningError } from "../../common/errors.js";
import { type Initializer, isExternal } from "../graph/initializer.js";
import { readExternal } from "./inline-small.js";

/** The embedding matrix [V, d] of an exported model as float32: a view on the model's bytes where they allow it. */
export function readEmbeddingTable(table: Initializer, folder: string): EmbeddingTable {
  const [rows, width] = table.shape;
  const bytes = isExternal(table.data) ? readExternal(folder, table.data) : table.data;
  return embeddingTable(toFloats(bytes, table, rows * width), rows, width);
}

function toFloats(bytes: Uint8Array, { elementType, name }: Initializer, count: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (elementType) {
    case "float32":
      // Inside a model file a tensor can begin at any byte; a view needs a multiple of four.
      return bytes.byteOffset % 4 === 0 ? new Float32Array(bytes.buffer, bytes.byteOffset, count) : new Float32Array(new Uint8Array(bytes).buffer, 0, count);
    case "float16":
      return widenFloat16(view, 0, count);
    case "bfloat16":
      return widenBfloat16(view, 0, count);
    default:
      throw new PromptTuningError("model", `The token embedding "${name}" of the ONNX model has the element type ${elementType}.`, {
        advice: "Use an unquantised variant of the model (float32, float16 or bfloat16).",
      });
  }
}
