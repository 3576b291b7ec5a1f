import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { addDataset } from "../../../src/backend/datasets/add-dataset.js";
import type { Roles } from "../../../src/protocol/backend/dataset-shaping.js";

/** A folder with data and their descriptions, deleted by `dispose`. */
export class DescribedFolder {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ptune-described-"));
  readonly cache = path.join(this.folder, "cache");

  write(name: string, content: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  /** Describes files. @returns the description's path. */
  async describe(name: string, files: Readonly<Record<string, "train" | "validation" | "test" | null>>, roles: Roles): Promise<string> {
    const target = path.join(this.folder, `${name}.ptune-data.json`);
    await addDataset({ name, source: { type: "files", files: Object.entries(files).map(([file, split]) => ({ path: path.join(this.folder, file), split })) }, roles, target, overwrite: false }, { cache: this.cache });
    return target;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const textAndLabel: Roles = [
  { column: "text", role: "text" },
  { column: "label", role: "label" },
];

/** "text,label" with so many rows. */
export function csv(rows: number, first = 0): string {
  return `text,label\n${Array.from({ length: rows }, (_, at) => ((first + at) % 2 === 0 ? `see you at lunch ${first + at},ham` : `free money offer ${first + at},spam`)).join("\n")}\n`;
}
