import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { splitNames, type SplitName } from "../dataset.js";
import { packedSpamAssassinFile, readPackedSample } from "./packed-sample.js";
import { preparationVersion } from "./preparation-version.js";
import { prepareSpamAssassin, preparedRowSchema, sampleCountsSchema, type PreparedRow, type PreparedSample } from "./spam-assassin.js";

const splitSchema = z.object({ rows: z.int(), sha256: z.string() });
const manifestSchema = z.object({
  version: z.literal(preparationVersion),
  packageVersion: z.string(),
  counts: sampleCountsSchema,
  splits: z.object({ train: splitSchema, validation: splitSchema, test: splitSchema }),
});

/**
 * The prepared SpamAssassin sample: what the extension's package carries (`packed`), else from the cache folder when a
 * whole copy of this version lies there (plain .jsonl files, hashes checked), else prepared now and kept there.
 */
export async function preparedSpamAssassin(
  cache: string,
  onProgress?: (done: number, total: number) => void,
  packed = packedSpamAssassinFile(),
): Promise<PreparedSample> {
  const carried = await readPackedSample(packed);
  if (carried) return carried;
  const folder = path.join(cache, "samples", `spam-assassin-${preparationVersion}`);
  const copy = await readCopy(folder);
  if (copy) return copy;
  const prepared = await prepareSpamAssassin(onProgress);
  await writeCopy(folder, prepared);
  return prepared;
}

async function readCopy(folder: string): Promise<PreparedSample | undefined> {
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")));
    const splits = {} as Record<SplitName, PreparedRow[]>;
    for (const name of splitNames) {
      const bytes = await readFile(path.join(folder, `${name}.jsonl`));
      if (sha256(bytes) !== manifest.splits[name].sha256) return undefined;
      const lines = bytes.toString("utf8").split("\n").filter(Boolean);
      splits[name] = lines.map((line) => preparedRowSchema.parse(JSON.parse(line)));
    }
    return { packageVersion: manifest.packageVersion, splits, counts: manifest.counts };
  } catch {
    // Absent, of another version or damaged: prepared anew.
    return undefined;
  }
}

/** Writes a folder under a name of its own and renames it, so that no process ever sees half a copy. */
async function writeCopy(folder: string, { packageVersion, counts, splits }: PreparedSample): Promise<void> {
  const unfinished = `${folder}.${process.pid}-${Date.now().toString(36)}`;
  try {
    await mkdir(unfinished, { recursive: true });
    const about = {} as Record<SplitName, z.infer<typeof splitSchema>>;
    for (const name of splitNames) {
      const text = splits[name].map((row) => `${JSON.stringify(row)}\n`).join("");
      about[name] = { rows: splits[name].length, sha256: sha256(text) };
      await writeFile(path.join(unfinished, `${name}.jsonl`), text);
    }
    await writeFile(path.join(unfinished, "manifest.json"), `${JSON.stringify({ version: preparationVersion, packageVersion, counts, splits: about }, null, 2)}\n`);
    // Here lies nothing, a damaged copy, or the whole copy of a process that was faster; each may go.
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    const code = (error as NodeJS.ErrnoException).code;
    // Another process put its copy there between our two steps: equal content.
    if ((code === "ENOTEMPTY" || code === "EEXIST" || code === "EPERM") && (await readCopy(folder))) return;
    throw new PromptTuningError("storage", "The prepared sample could not be kept.", {
      file: folder,
      reason: code === "ENOSPC" ? "The disk is full." : `Writing failed (${code ?? "unknown error"}).`,
      advice: "Free some space, or name another folder with PTUNE_CACHE.",
      cause: error,
    });
  }
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
