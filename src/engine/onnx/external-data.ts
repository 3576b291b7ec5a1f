import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { ExternalData } from "../graph/initializer.js";
import type { ElementType } from "../graph/tensor-type.js";
import type { TensorProto } from "./onnx_pb.js";
import { byteLength } from "./tensor-bytes.js";

/**
 * A model file may point to any path for its weights (CVE-2022-25882, CVE-2024-27318 and their kin). Only a plain
 * name of a regular file inside the model's own folder is accepted, and the range must lie inside that file.
 * @throws PromptTuningError kind "model".
 */
export function readExternalData(tensor: TensorProto, elementType: ElementType, shape: readonly number[], file?: string): ExternalData {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get("location") ?? "";
  const refuse = (reason: string): never => {
    throw new PromptTuningError("model", `The weight "${tensor.name}" points to the file "${printable(location)}", which is refused.`, {
      reason,
      advice: "Use the model together with its own data files, all in one folder.",
      file,
    });
  };
  if (!isPlainFileName(location)) refuse("Only a plain file name inside the model's folder is allowed.");
  if (!file) refuse("The model was not read from a folder.");

  const expected = byteLength(elementType, shape);
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0 || expected === undefined || length !== expected) {
    refuse(`Its range (offset ${offset}, length ${length}) does not fit its shape.`);
  }
  const folder = dirname(file!);
  const path = join(folder, location);
  let size = 0;
  try {
    const resolved = relative(realpathSync(folder), realpathSync(path));
    // A hub's cache keeps every file as a link into its own blobs folder, so a link is followed only when the model itself is one.
    const linkedCache = lstatSync(file!).isSymbolicLink();
    if (resolved !== location && !linkedCache) refuse("It is a link that leaves the model's folder.");
    const status = statSync(path);
    if (!status.isFile()) refuse("It is not a regular file.");
    size = status.size;
  } catch (cause) {
    if (cause instanceof PromptTuningError) throw cause;
    throw new PromptTuningError("model", `The data file "${location}" of ${basename(file!)} cannot be read.`, {
      reason: cause instanceof Error ? cause.message : String(cause),
      advice: "Download the model with all of its data files into one folder.",
      file,
      cause,
    });
  }
  if (offset + length > size) refuse(`Its range ends at byte ${offset + length}, but the file has ${size}.`);
  return { location, offset, length };
}

/** True for a name without any folder, drive, NUL or device part, on any system. */
export function isPlainFileName(name: string): boolean {
  if (name.length === 0 || name.length > 255 || name === "." || name === "..") return false;
  return !/[/\\:\u0000-\u001f]/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) && !/[. ]$/.test(name);
}

function printable(text: string): string {
  return text.slice(0, 120).replace(/[^\x20-\x7e]/g, "?");
}
