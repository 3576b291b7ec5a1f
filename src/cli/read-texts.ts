import { open } from "node:fs/promises";
import { PromptTuningError } from "../common/errors.js";

/** Most bytes of texts that are read at once; more is for `ptune evaluate` or several calls. */
const mostBytes = 256 * 1024 * 1024;

/** A UTF-8 text file, whole. @throws PromptTuningError data: it cannot be read, is too large or not UTF-8. */
export async function readTextFile(file: string): Promise<string> {
  let handle;
  try {
    handle = await open(file, "r");
    return decode(await collect(handle.createReadStream({ autoClose: false }), file), file);
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "There is no such file." : code === "EISDIR" ? "It is a folder." : code === "EACCES" ? "Reading it is not permitted." : `The system says ${code ?? String(error)}.`;
    throw new PromptTuningError("data", `The file ${file} cannot be read.`, { reason, advice: "Check the path.", file, cause: error });
  } finally {
    await handle?.close();
  }
}

/** Standard input, whole. */
export async function readStandardInput(input: AsyncIterable<Buffer | string>): Promise<string> {
  return decode(await collect(input, "Standard input"), "Standard input");
}

async function collect(source: AsyncIterable<Buffer | string>, name: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of source) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > mostBytes) throw new PromptTuningError("data", `${name} is larger than ${mostBytes / 1024 / 1024} MB.`, { advice: "Give the rows in several parts." });
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PromptTuningError("data", `${name} is not UTF-8 text.`, { advice: "Save it as UTF-8.", cause });
  }
}
