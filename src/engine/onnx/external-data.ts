import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { ExternalData } from "../graph/initializer.js";
import type { ElementType } from "../graph/tensor-type.js";
import type { TensorProto } from "./onnx_pb.js";
import { byteLength } from "./tensor-bytes.js";
import { printable } from "./printable.js";

/**
 * A model file may point to any path for its weights (CVE-2022-25882, CVE-2024-27318 and their kin). Only a plain
 * name of a regular file inside the model's own folder is accepted, and the range must lie inside that file.
 * @throws PromptTuningError kind "model".
 */
export function readExternalData(tensor: TensorProto, elementType: ElementType, shape: readonly number[], file?: string): ExternalData {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get("location") ?? "";
  const refuse = (reason: string): never => {
    throw new PromptTuningError("model", `The weight "${printable(tensor.name)}" points to the file "${printable(location)}", which is refused.`, {
      reason,
      advice: "Use the model together with its own data files, all in one folder.",
      file,
    });
  };
  if (!isPlainFileName(location)) refuse("Only a plain file name inside the model's folder is allowed.");
  if (!file) refuse("The model was not read from a folder.");

  const expected = byteLength(elementType, shape);
  const offset = decimal(entries.get("offset"), 0);
  const length = decimal(entries.get("length"), expected);
  if (offset === undefined || expected === undefined || length !== expected) {
    refuse(`Its range (offset ${printable(entries.get("offset") ?? "0")}, length ${printable(entries.get("length") ?? "not given")}) does not fit its shape.`);
  }
  const folder = dirname(file!);
  const path = join(folder, location);
  let size = 0;
  try {
    const real = realpathSync(path);
    // A hub's cache keeps model and data as links into one folder of its own (blobs): both must lie there together.
    const together = dirname(real) === dirname(realpathSync(file!));
    if (real !== join(realpathSync(folder), location) && !together) refuse("It is a link that leaves the model's folder.");
    const status = statSync(path);
    if (!status.isFile()) refuse("It is not a regular file.");
    size = status.size;
  } catch (cause) {
    if (cause instanceof PromptTuningError) throw cause;
    throw new PromptTuningError("model", `The data file "${printable(location)}" of ${basename(file!)} cannot be read.`, {
      reason: cause instanceof Error ? cause.message : String(cause),
      advice: "Download the model with all of its data files into one folder.",
      file,
      cause,
    });
  }
  if (offset! + length! > size) refuse(`Its range ends at byte ${offset! + length!}, but the file has ${size}.`);
  return { location, offset: offset!, length: length! };
}

/** A whole number in plain decimal digits; undefined for anything else. */
function decimal(text: string | undefined, fallback: number | undefined): number | undefined {
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** True for a name without any folder, drive, NUL or device part, on any system. */
export function isPlainFileName(name: string): boolean {
  if (name.length === 0 || name.length > 255 || name === "." || name === "..") return false;
  return !/[/\\:\u0000-\u001f]/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) && !/[. ]$/.test(name);
}
