import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { RunFolder } from "../runs/run-folder.js";
import { type Inspection, inspectionSchema } from "./inspection-schema.js";

/** Largest inspection.json that is read, in bytes. */
const mostBytes = 64 * 1024 * 1024;

const fileOf = (folder: RunFolder): string => path.join(folder.path, "inspection.json");

export async function writeInspection(folder: RunFolder, inspection: Inspection): Promise<void> {
  await writeFileAtomic(fileOf(folder), `${JSON.stringify(inspection, null, 1)}\n`);
}

/** The inspection kept with a finished run; undefined when there is none that can be read. */
export async function readInspection(folder: RunFolder): Promise<Inspection | undefined> {
  try {
    if ((await stat(fileOf(folder))).size > mostBytes) return undefined;
    return inspectionSchema.safeParse(JSON.parse(await readFile(fileOf(folder), "utf8"))).data;
  } catch {
    return undefined;
  }
}
