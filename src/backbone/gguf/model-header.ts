import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { quoted } from "../quoted.js";
import { hashFile } from "../sources/file-integrity.js";
import { type GgufContents, type GgufHeader, readGgufHeader } from "./header.js";
import { metadataNumber, metadataText } from "./metadata.js";
import { missingParts, partNameOf, partPath } from "./part-name.js";
import type { GgufTensorInfo } from "./tensor-table.js";

/** A GGUF model in one file or in several. */
export interface GgufModel extends GgufContents {
  /** Every file, in order. */
  readonly files: readonly string[];
}

/** Models of a terabyte come in some dozens of parts. */
const mostParts = 1000;

/**
 * The header of a GGUF model from its file, or from any of its parts (keys split.no, split.count and split.tensors.count
 * of llama.cpp's src/llama-model-loader.cpp): the metadata are the first part's, the tensors all parts'.
 * @throws PromptTuningError kind "model": as `readGgufHeader`; a part that is missing, or that belongs to another model.
 */
export async function readGgufModel(file: string): Promise<GgufModel> {
  const given = await readGgufHeader(file);
  const count = splitNumber(given, "split.count") ?? 1;
  if (count <= 1) return { ...given, files: [file] };
  const name = partNameOf(file);
  if (!name || name.count !== count || count > mostParts) throw wrongName(file, count);
  checkPresent(file);
  const parts: GgufHeader[] = [];
  for (let number = 1; number <= count; number++) {
    const part = number === name.number ? given : await readGgufHeader(partPath(name, number));
    checkPart(part, number, count, parts[0]);
    parts.push(part);
  }
  const [{ file: first, metadata }] = parts;
  return { file: first, metadata, tensors: tensorsOf(parts), files: parts.map((part) => part.file) };
}

/** SHA-256 (hex) of the file; of several, over their hashes. @param known that of the one file, where it was checked. */
export async function hashGgufModel({ files }: Pick<GgufModel, "files">, known?: string): Promise<string> {
  if (files.length === 1) return known ?? hashFile(files[0], createHash("sha256"));
  const hash = createHash("sha256");
  for (const file of files) hash.update(await hashFile(file, createHash("sha256")));
  return hash.digest("hex");
}

function checkPresent(file: string): void {
  const missing = missingParts(file, existsSync);
  if (missing === "") return;
  throw new PromptTuningError("model", `The model file ${file} is one of several parts, which are not all there.`, {
    reason: `${path.dirname(file)} lacks ${missing}.`,
    advice: "Put all parts of the model into one folder, under the names they were published with.",
    file,
  });
}

function checkPart(part: GgufHeader, number: number, count: number, first: GgufHeader | undefined): void {
  const said = { number: (splitNumber(part, "split.no") ?? NaN) + 1, count: splitNumber(part, "split.count") ?? 1 };
  if (said.count !== count || said.number !== number) {
    throw mixed(part.file, said.count > 1 ? `By its metadata it is part ${said.number} of ${said.count}; by its name part ${number} of ${count}.` : "By its metadata it is a whole model.");
  }
  if (!first) return;
  // Only the first part tells about the model; where another one does too, it must be the same.
  for (const key of ["general.architecture", "general.name"]) {
    const [own, wanted] = [part, first].map((header) => metadataText(header.metadata, key, header.file));
    if (own !== undefined && own !== wanted) throw mixed(part.file, `Its ${key} is ${quoted(own)}; the first part's is ${wanted === undefined ? "not there" : quoted(wanted)}.`);
  }
  const [own, wanted] = [part, first].map((header) => splitNumber(header, "split.tensors.count"));
  if (own !== wanted) throw mixed(part.file, `It belongs to a model of ${own ?? "unknown"} tensors; the first part to one of ${wanted ?? "unknown"}.`);
}

function tensorsOf(parts: readonly GgufHeader[]): ReadonlyMap<string, GgufTensorInfo> {
  const tensors = new Map<string, GgufTensorInfo>();
  for (const part of parts) {
    for (const [name, info] of part.tensors) {
      const other = tensors.get(name);
      if (other) throw mixed(part.file, `The tensor ${quoted(name)} is in ${path.basename(other.file)} too.`);
      tensors.set(name, info);
    }
  }
  const wanted = splitNumber(parts[0], "split.tensors.count");
  if (wanted !== undefined && wanted !== tensors.size) throw mixed(parts[0].file, `Its parts should hold ${wanted} tensors; they hold ${tensors.size}.`);
  return tensors;
}

function splitNumber({ metadata, file }: GgufHeader, key: string): number | undefined {
  return metadataNumber(metadata, key, file);
}

function wrongName(file: string, count: number): PromptTuningError {
  return new PromptTuningError("model", `The model file ${file} is one of ${count} parts of a split model, and the others cannot be found.`, {
    reason: count > mostParts ? `At most ${mostParts} parts are read.` : `Parts are found by their names, which end with -00001-of-${String(count).padStart(5, "0")}.gguf and so on.`,
    advice: "Give the parts the names they were published with, or join them with llama.cpp's llama-gguf-split --merge.",
    file,
  });
}

function mixed(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("model", `The model file ${file} does not belong to the other parts of its model.`, {
    reason,
    advice: "Download all parts of the model again, from one place and of one quantisation.",
    file,
  });
}
