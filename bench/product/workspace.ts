import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder for runs that is removed afterwards. */
export class Workspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ptune-claim-"));

  /** Writes an experiment file and returns its path. */
  writeExperiment(experiment: { readonly name: string; readonly [key: string]: unknown }): string {
    const file = path.join(this.folder, `${experiment.name}.ptune.json`);
    writeFileSync(file, JSON.stringify(experiment, null, 2));
    return file;
  }

  write(name: string, content: string): void {
    writeFileSync(path.join(this.folder, name), content);
  }

  /** Another empty folder inside of it. */
  subfolder(name: string): string {
    const folder = path.join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The run folders that a command run in `folder` left. */
export function runFoldersOf(folder: string): string[] {
  const runs = path.join(folder, ".ptune", "runs");
  try {
    return readdirSync(runs)
      .filter((name) => !name.startsWith("."))
      .map((name) => path.join(runs, name));
  } catch {
    return [];
  }
}
