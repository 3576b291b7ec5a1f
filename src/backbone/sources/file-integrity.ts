import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { DownloadError } from "./download-error.js";

/** What a file was promised to be. */
export interface ExpectedFile {
  /** Bytes. */
  readonly size?: number;
  /** Hex. */
  readonly sha256?: string;
  /** Git's name of the content: SHA-1 over "blob <size>\0" and the content. What the hub gives for small files. */
  readonly gitBlob?: string;
}

/** Digest of a file, hex. @throws AbortError when stopped, system errors as they are. */
export async function hashFile(
  file: string,
  hash: Hash,
  options: { signal?: AbortSignal; onBytes?: (done: number) => void } = {},
): Promise<string> {
  let done = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal: options.signal })) {
    hash.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    options.onBytes?.(done);
  }
  return hash.digest("hex");
}

/** @throws DownloadError wrong-size or wrong-hash. */
export async function checkFile(
  label: string,
  file: string,
  expected: ExpectedFile,
  options: { signal?: AbortSignal; onBytes?: (done: number) => void } = {},
): Promise<void> {
  const { size } = await stat(file);
  if (expected.size !== undefined && size !== expected.size) {
    throw new DownloadError("wrong-size", `${label} is not what was promised: its size differs.`, {
      file,
      reason: `It has ${size} bytes; ${expected.size} were expected.`,
      advice: "It was not kept. Start again; if it happens again, the source has changed or something between alters it.",
    });
  }
  const [algorithm, wanted] = expected.sha256
    ? (["sha256", expected.sha256] as const)
    : (["sha1", expected.gitBlob] as const);
  if (!wanted) return;
  const hash = createHash(algorithm);
  if (algorithm === "sha1") hash.update(`blob ${size}\0`);
  const found = await hashFile(file, hash, options);
  if (found !== wanted.toLowerCase()) {
    throw new DownloadError("wrong-hash", `${label} is not what was promised: its ${algorithm === "sha1" ? "Git hash" : "SHA-256"} differs.`, {
      file,
      reason: `It is ${found}; ${wanted.toLowerCase()} was expected.`,
      advice: "It was not kept. Start again; if it happens again, the source has changed or something between alters it.",
    });
  }
}

const receiptSchema = z.object({ size: z.number(), modified: z.number(), sha256: z.string() });

/** Notes beside a file that its hash was checked, so that the next start need not read it again. */
export async function writeReceipt(file: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  await writeFileAtomic(receiptPath(file), `${JSON.stringify({ size, modified: mtimeMs, sha256 })}\n`);
}

/** Whether the file is there, has the size, and was checked since it last changed. */
export async function hasReceipt(file: string, expected: { size: number; sha256: string }): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(file);
    const receipt = receiptSchema.parse(JSON.parse(await readFile(receiptPath(file), "utf8")));
    return size === expected.size && receipt.size === size && receipt.modified === mtimeMs && receipt.sha256 === expected.sha256;
  } catch {
    // No file, no receipt or a damaged one: the file is checked again.
    return false;
  }
}

export function receiptPath(file: string): string {
  return `${file}.checked.json`;
}
