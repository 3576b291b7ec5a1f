import { PromptTuningError } from "../../common/errors.js";
import { ggmlTypeById } from "./ggml-types.js";
import { brokenGguf, type HeaderCursor } from "./header-cursor.js";
import { quoted } from "../quoted.js";

/** Where a tensor lies in a GGUF file. */
export interface GgufTensorInfo {
  /** The file it lies in. */
  readonly file: string;
  readonly name: string;
  /** Row-major shape, the slowest dimension first: [out, in] for a weight. (GGUF itself writes the fastest first.) */
  readonly shape: readonly number[];
  /** ggml type, such as "Q4_1". */
  readonly type: string;
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
  /** Number of values, the product of the shape. */
  readonly elements: number;
}

const maximumTensors = 100_000;
const maximumNameBytes = 255;
const maximumDimensions = 4;
/** Behind the last tensor: padding, and what a program may have put there. */
const mostSurplusBytes = 1024 * 1024;

interface UnplacedTensor extends Omit<GgufTensorInfo, "offset"> {
  /** From the start of the data section. */
  readonly relativeOffset: number;
}

/**
 * Reads the table of tensors and checks it against the file: known types, whole blocks a row, aligned ranges that
 * lie inside the file and do not overlap. Throws a PromptTuningError of kind "model".
 */
export function readTensorTable(cursor: HeaderCursor, count: number, alignment: number): ReadonlyMap<string, GgufTensorInfo> {
  if (count > maximumTensors) {
    throw brokenGguf(cursor.file, `It announces ${count} tensors; at most ${maximumTensors} are accepted.`);
  }
  const unplaced: UnplacedTensor[] = [];
  for (let index = 0; index < count; index++) unplaced.push(readEntry(cursor, index, alignment));

  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensorInfo>();
  for (const { relativeOffset, ...tensor } of unplaced) {
    const offset = dataStart + relativeOffset;
    if (offset + tensor.byteLength > cursor.size) {
      throw brokenGguf(
        cursor.file,
        `The tensor ${quoted(tensor.name)} should lie in bytes ${offset} to ${offset + tensor.byteLength}, but the file ends at byte ${cursor.size}.`,
      );
    }
    if (tensors.has(tensor.name)) throw brokenGguf(cursor.file, `The tensor ${quoted(tensor.name)} occurs twice.`);
    tensors.set(tensor.name, { ...tensor, offset });
  }
  checkOverlaps(cursor.file, [...tensors.values()]);
  checkEnd(cursor, dataStart, tensors);
  return tensors;
}

function readEntry(cursor: HeaderCursor, index: number, alignment: number): UnplacedTensor {
  const name = cursor.string(`the name of tensor ${index + 1}`, maximumNameBytes);
  const what = `tensor ${quoted(name)}`;
  if (name === "") throw brokenGguf(cursor.file, `Tensor ${index + 1} has no name.`);
  const dimensions = cursor.uint32(what);
  if (dimensions < 1 || dimensions > maximumDimensions) {
    throw brokenGguf(cursor.file, `The ${what} has ${dimensions} dimensions; 1 to ${maximumDimensions} are possible.`);
  }
  const shape: number[] = [];
  let elements = 1;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const length = Number(cursor.uint64(what));
    elements *= length;
    // A value takes at least one bit, whatever the type: larger products cannot be meant.
    if (length < 1 || elements > cursor.size * 8) {
      throw brokenGguf(cursor.file, `The shape of ${what} is impossible in a file of ${cursor.size} bytes.`);
    }
    shape.unshift(length);
  }
  const typeNumber = cursor.uint32(what);
  const type = ggmlTypeById(typeNumber);
  if (!type) {
    throw new PromptTuningError("model", `The ${what} has the unknown type number ${typeNumber}.`, {
      reason: "The GGUF file is damaged, or made by a newer program than this one.",
      advice: "Use a file of another quantisation, such as Q8_0.",
      file: cursor.file,
    });
  }
  if (shape[shape.length - 1] % type.blockSize !== 0) {
    throw brokenGguf(cursor.file, `A row of ${what} has ${shape[shape.length - 1]} values, not whole ${type.name} blocks of ${type.blockSize}.`);
  }
  const relativeOffset = cursor.uint64(what);
  if (relativeOffset > BigInt(cursor.size)) {
    throw brokenGguf(cursor.file, `The data of ${what} should begin at byte ${relativeOffset}, but the file ends at byte ${cursor.size}.`);
  }
  if (Number(relativeOffset) % alignment !== 0) {
    throw brokenGguf(cursor.file, `The data of ${what} does not begin at a multiple of ${alignment} bytes.`);
  }
  return {
    file: cursor.file,
    name,
    shape,
    type: type.name,
    byteLength: (elements / type.blockSize) * type.blockBytes,
    elements,
    relativeOffset: Number(relativeOffset),
  };
}

/** A file can claim any size at no cost (a hole); what reads or hashes the whole of it would not end. */
function checkEnd({ file, size }: HeaderCursor, dataStart: number, tensors: ReadonlyMap<string, GgufTensorInfo>): void {
  const end = [...tensors.values()].reduce((latest, { offset, byteLength }) => Math.max(latest, offset + byteLength), dataStart);
  if (size - end > mostSurplusBytes) throw brokenGguf(file, `${size - end} bytes at its end belong to no tensor.`);
}

function checkOverlaps(file: string, tensors: GgufTensorInfo[]): void {
  tensors.sort((a, b) => a.offset - b.offset);
  for (let index = 1; index < tensors.length; index++) {
    const before = tensors[index - 1];
    if (before.offset + before.byteLength > tensors[index].offset) {
      throw brokenGguf(file, `The tensors ${quoted(before.name)} and ${quoted(tensors[index].name)} overlap.`);
    }
  }
}
