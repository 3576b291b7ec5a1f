import { access, readdir } from "node:fs/promises";
import path from "node:path";

/** Run folders with a lease: their process is at work, or was killed. Cheap: nothing in the folders is read. */
export async function leasedRuns(roots: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const root of roots) {
    const names = await readdir(root).catch(() => []);
    const leased = await Promise.all(
      names
        .filter((name) => !name.startsWith("."))
        .map((name) => access(path.join(root, name, "lease.json")).then(() => [path.join(root, name)], () => [])),
    );
    found.push(...leased.flat());
  }
  return found;
}

/** Whether any root holds a folder. */
export async function anyRunFolder(roots: readonly string[]): Promise<boolean> {
  for (const root of roots) if ((await readdir(root).catch(() => [])).some((name) => !name.startsWith("."))) return true;
  return false;
}
