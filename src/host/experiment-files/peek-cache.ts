import { stat } from "node:fs/promises";
import type { TablePeek } from "../../data/peek-table.js";

/** Most files whose beginnings are kept. */
const mostKept = 20;

/** The beginnings of data files, read again only when a file has changed: completion and checks ask at every pause in typing. */
export class PeekCache {
  private readonly kept = new Map<string, { readonly state: string; readonly peek: Promise<TablePeek | undefined> }>();

  readonly peek = async (file: string): Promise<TablePeek | undefined> => {
    const state = await stat(file).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => "absent",
    );
    const found = this.kept.get(file);
    if (found?.state === state) return found.peek;
    const peek = import("../../data/peek-table.js").then(({ peekTable }) => peekTable(file));
    this.kept.delete(file);
    this.kept.set(file, { state, peek });
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
    return peek;
  };
}
