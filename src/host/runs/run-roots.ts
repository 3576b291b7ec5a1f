import { existsSync } from "node:fs";
import path from "node:path";

const runsFolder = path.join(".ptune", "runs");

/** Where runs are kept: plain folders of the workspace, and one of the extension's own for where no folder is open. */
export class RunRoots {
  /** For runs of a window without a folder, the sample's above all. */
  readonly sample: string;

  /** @param workspaceFolders as they are now, in VS Code's order. @param storage the extension's global storage. */
  constructor(
    private readonly workspaceFolders: () => readonly string[],
    storage: string,
  ) {
    this.sample = path.join(storage, "sample", runsFolder);
  }

  get all(): readonly string[] {
    const roots = this.workspaceFolders().map((folder) => path.join(folder, runsFolder));
    return existsSync(this.sample) || roots.length === 0 ? [...roots, this.sample] : roots;
  }

  /** A file's run is kept in the workspace folder the file is in; a file from elsewhere runs in the first one. */
  rootFor(experimentFile: string): string {
    const folders = this.workspaceFolders();
    const owning = folders.filter((folder) => isInside(experimentFile, folder)).sort((a, b) => b.length - a.length);
    const folder = owning[0] ?? folders[0];
    return folder === undefined ? this.sample : path.join(folder, runsFolder);
  }

  /** The run's folder that a changed file or folder belongs to; nothing for a root itself and for everything else. */
  runOf(changed: string): string | undefined {
    for (const root of this.all) {
      if (!isInside(changed, root)) continue;
      const [name] = path.relative(root, changed).split(path.sep);
      if (name !== "" && !name.startsWith(".")) return path.join(root, name);
    }
    return undefined;
  }
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
