import { readdir } from "node:fs/promises";
import path from "node:path";
import type { TablePeek } from "../../data/peek-table.js";
import type { ExperimentFacts } from "./completion.js";
import { valueAt } from "./place.js";

const mostFiles = 200;
const mostEntries = 5000;
const deepest = 3;
/** Values of a column that is one of labels; texts are none. */
const mostValues = 50;
const longestValue = 60;

/** Facts from the disk. @param root the experiment's value, as far as it is written. */
export function factsOf(root: unknown, folder: string, peek: (file: string) => Promise<TablePeek | undefined>): ExperimentFacts {
  const train = valueAt(root, ["dataset", "train"]);
  const table = async (): Promise<TablePeek | undefined> => (typeof train === "string" && train !== "" ? peek(path.resolve(folder, train)).catch(() => undefined) : undefined);
  return {
    columns: async () => (await table())?.columns ?? [],
    async values(column) {
      const counts = new Map<string, number>();
      for (const { cells } of (await table())?.rows ?? []) {
        const value = cells[column]?.trim();
        if (value && value.length <= longestValue) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      if (counts.size > mostValues * 10) return [];
      return [...counts].sort(([, a], [, b]) => b - a).slice(0, mostValues).map(([value]) => value);
    },
    rows: async () => ((await table())?.rows ?? []).map(({ cells }) => cells),
    files: (endings) => filesBelow(folder, endings),
  };
}

/** Files with one of the endings, nearest first; hidden folders and node_modules are left out. */
async function filesBelow(folder: string, endings: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  let level = [""];
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const inside of level) {
      for (const entry of await readdir(path.join(folder, inside), { withFileTypes: true }).catch(() => [])) {
        if (++looked > mostEntries || found.length >= mostFiles) return found;
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
        if (entry.isDirectory()) next.push(name);
        // An experiment file is JSON too, but no data.
        else if (endings.includes(/\.ptune(-\w+)?\.json$/i.exec(entry.name)?.[0].toLowerCase() ?? path.extname(entry.name).toLowerCase())) found.push(name);
      }
    }
    level = next;
  }
  return found;
}
