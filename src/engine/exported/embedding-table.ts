import { widenBfloat16, widenFloat16 } from "../../adapter/half-floats.js";
import type { EmbeddingTable } from "../embedding-table.js";
import { embeddingTable } from "../../backbone/external-embeddings.js";
import { PromptTuningError } from "../../common/errors.js";
import { type Initializer, isExternal } from "../graph/initializer.js";
import { dequantiseTable } from "./dequantise-table.js";
import type { StoredTable } from "./find-embedding.js";
import { readExternal } from "./inline-small.js";

/** The embedding matrix [V, d] of an exported model as float32: a view on the model's bytes where they allow it. */
export function readEmbeddingTable({ values, rows, width, quantisation }: StoredTable, folder: string): EmbeddingTable {
  if (!quantisation) return embeddingTable(readFloats(values, folder), rows, width);
  const { zeroPoints } = quantisation;
  const matrix = dequantiseTable({
    ...quantisation,
    rows,
    width,
    values: readBytes(values, folder),
    signed: values.elementType === "int8" || values.elementType === "int4",
    // A table of bytes has its zero in the middle; ONNX's own 4-bit types have it at 0.
    standardZero: values.elementType === "uint8" && quantisation.blockSize > 0 ? 2 ** (quantisation.bits - 1) : 0,
    scales: readFloats(quantisation.scales, folder),
    zeroPoints: zeroPoints && readBytes(zeroPoints, folder),
  });
  return embeddingTable(matrix, rows, width);
}

function readBytes({ data }: Initializer, folder: string): Uint8Array {
  return isExternal(data) ? readExternal(folder, data) : data;
}

function readFloats(tensor: Initializer, folder: string): Float32Array {
  const bytes = readBytes(tensor, folder);
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (tensor.elementType) {
    case "float32":
      // Inside a model file a tensor can begin at any byte; a view needs a multiple of four.
      return bytes.byteOffset % 4 === 0 ? new Float32Array(bytes.buffer, bytes.byteOffset, count) : new Float32Array(new Uint8Array(bytes).buffer, 0, count);
    case "float16":
      return widenFloat16(view, 0, count);
    case "bfloat16":
      return widenBfloat16(view, 0, count);
    default:
      throw new PromptTuningError("model", `The token embedding "${tensor.name}" of the ONNX model has the element type ${tensor.elementType}.`, {
        advice: "Use an unquantised variant of the model (float32, float16 or bfloat16).",
      });
  }
}
