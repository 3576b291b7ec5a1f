import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelFiles } from "../../../src/backbone/sources/source.js";
import { resolveModelSource } from "../../../src/backbone/sources/resolve.js";

const families = path.resolve("test/parity/reference/families");

/** A copy of one of the tiny folders that transformers wrote (scripts/reference/families.py), to be changed. */
export class FolderCopy {
  readonly place: string;

  constructor(family: string) {
    this.place = mkdtempSync(path.join(tmpdir(), "ptune-folder-"));
    cpSync(path.join(families, family, "folder"), this.place, { recursive: true });
  }

  file(name: string): string {
    return path.join(this.place, name);
  }

  read(name: string): Buffer {
    return readFileSync(this.file(name));
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.file(name), content);
  }

  /** Changes a JSON file. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  edit(name: string, change: (json: any) => void): void {
    const json: unknown = JSON.parse(this.read(name).toString("utf8"));
    change(json);
    this.write(name, JSON.stringify(json));
  }

  files(): Promise<ModelFiles> {
    return resolveModelSource({ path: this.place }, "/").fetch();
  }
}
