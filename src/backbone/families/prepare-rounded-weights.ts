import { join } from "node:path";
import { roundedMatrices, roundedNames } from "../../engine/decoder/rounded-products.js";
import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import type { TrialMatrices } from "../../engine/decoder/trial-products.js";
import type { DecoderWeights } from "../../engine/decoder/weights.js";
import type { ExternalData, Initializer } from "../../engine/graph/initializer.js";
import { readExternalMatrix } from "../external-embeddings.js";
import { isWhole, nextPage, writePreparedFile } from "./prepared-file.js";

/** Changes whenever the file's content or order changes. */
const layoutVersion = 1;
const roundedFile = `weights-v${layoutVersion}.i8`;

/**
 * Rounds the matrices of a decoder's layers to 8-bit integers for the approximate backward pass, once, into a file
 * beside the unpacked weights: a quarter of their size.
 * @throws PromptTuningError kind "storage" when the disk refuses.
 */
export async function prepareRoundedWeights({ folder, tensors }: DecoderWeights): Promise<ReadonlyMap<string, Initializer>> {
  const matrices = [...tensors.values()].filter(({ name }) => (roundedMatrices as readonly string[]).includes(name.slice(name.lastIndexOf(".") + 1)));
  const { rounded, bytes } = plan(matrices);
  const file = join(folder, roundedFile);
  if (!isWhole(file, bytes)) await write(folder, matrices, rounded, file, bytes);
  return rounded;
}

/**
 * The matrices that most of a backward pass goes through, of one layer, rounded in memory: enough for a trial, without the
 * file of all. "down" stands last (see TrialMatrices).
 */
export function roundLayer({ folder, tensors }: DecoderWeights, { layers }: DecoderConfiguration): TrialMatrices {
  const layer = Math.floor(layers / 2);
  // "gate", where there is one, is as large as "up".
  const exact = ["query", "up", "down"].map((name) => tensors.get(`layers.${layer}.${name}`)!);
  const rounded = exact.flatMap((matrix): Initializer[] => {
    const [input, output] = matrix.shape;
    const { values, scales } = roundTransposed(readExternalMatrix(folder, matrix), input, output);
    const names = roundedNames(matrix.name);
    return [
      { name: names.values, elementType: "int8", shape: [output, input], data: new Uint8Array(values.buffer) },
      { name: names.scales, elementType: "float32", shape: [input], data: new Uint8Array(scales.buffer) },
    ];
  });
  return { exact, rounded: new Map(rounded.map((initializer) => [initializer.name, initializer])) };
}

function plan(matrices: readonly Initializer[]): { rounded: Map<string, Initializer>; bytes: number } {
  const rounded = new Map<string, Initializer>();
  let offset = 0;
  const add = (name: string, elementType: "int8" | "float32", shape: readonly number[], length: number): void => {
    rounded.set(name, { name, elementType, shape, data: { location: roundedFile, offset, length } });
    offset = nextPage(offset + length);
  };
  for (const { name, shape } of matrices) {
    const [input, output] = shape;
    const { values, scales } = roundedNames(name);
    add(values, "int8", [output, input], output * input);
    add(scales, "float32", [input], 4 * input);
  }
  return { rounded, bytes: offset };
}

function write(folder: string, matrices: readonly Initializer[], rounded: ReadonlyMap<string, Initializer>, file: string, bytes: number): Promise<void> {
  const failure = {
    message: "The weights for the approximate backward pass could not be written to the cache.",
    advice: `They need ${Math.ceil(bytes / 1e6)} MB of free space. Without them, set training.precision to "exact".`,
  };
  return writePreparedFile(file, bytes, failure, async (put) => {
    for (const matrix of matrices) {
      const { values, scales } = roundTransposed(readExternalMatrix(folder, matrix), matrix.shape[0], matrix.shape[1]);
      const names = roundedNames(matrix.name);
      await put(values, rounded.get(names.values)!.data as ExternalData);
      await put(scales, rounded.get(names.scales)!.data as ExternalData);
    }
  });
}

/** W [rows, columns] → Wᵀ ≈ values [columns, rows]·scales [rows], each row of W with a scale of its own. */
export function roundTransposed(matrix: Float32Array, rows: number, columns: number): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let column = 0; column < columns; column++) largest = Math.max(largest, Math.abs(matrix[row * columns + column]));
    scales[row] = largest === 0 ? 1 : largest / 127;
    for (let column = 0; column < columns; column++) values[column * rows + row] = Math.round(matrix[row * columns + column] / scales[row]);
  }
  return { values, scales };
}
