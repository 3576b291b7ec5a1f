import { PromptTuningError } from "../common/errors.js";
import { errorCode } from "./file-system.js";

const causes: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ["The disk is full", "Free some space and resume the run."],
  EDQUOT: ["The disk quota is used up", "Free some space and resume the run."],
  EIO: ["The disk reported an input/output error", "Check the disk (or the network drive), then resume the run."],
  EACCES: ["Permission was denied", "Give yourself the right to write there and resume the run."],
  EPERM: ["The operation is not permitted there", "Give yourself the right to write there and resume the run."],
  EROFS: ["The disk is read-only", "Use a folder that can be written to."],
  ENOENT: ["The file or its folder is gone", "Check whether the run's folder was moved or deleted."],
  EMFILE: ["Too many files are open", "Close other programs and resume the run."],
  ESTALE: ["The network drive lost the file", "Check the network drive and resume the run."],
  ESHORT: ["The disk took only part of the data", "Free some space and resume the run."],
};

/** A failed disk operation as an error for a person. `what` completes "Could not …". */
export function storageError(what: string, file: string, error: unknown): PromptTuningError {
  if (error instanceof PromptTuningError) return error;
  const code = errorCode(error);
  const [reason, advice] = causes[code] ?? ["The system refused it", "Check the disk and the folder's permissions, then try again."];
  const detail = code || (error instanceof Error ? error.message : String(error));
  return new PromptTuningError("storage", `Could not ${what}.`, { reason: `${reason} (${detail}): ${file}.`, advice, file, cause: error });
}
