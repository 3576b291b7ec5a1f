import { readdir } from "node:fs/promises";
import path from "node:path";
import { nearestOf } from "../../common/nearest.js";

/** Most names of a folder that are compared. */
const mostNames = 2000;

/** The file of the named folder whose name is nearest to the one that is not there, as the experiment would write it. */
export async function nearestFile(named: string, folder: string): Promise<string | undefined> {
  const where = path.dirname(path.resolve(folder, named));
  const names = await readdir(where).catch(() => []);
  const nearest = nearestOf(path.basename(named), names.slice(0, mostNames));
  if (nearest === undefined) return undefined;
  return named.slice(0, named.length - path.basename(named).length) + nearest;
}
