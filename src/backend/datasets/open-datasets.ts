import { stat } from "node:fs/promises";
import path from "node:path";
import { openDatasetTable } from "../../data/description/dataset-table.js";
import { type LoadedDescription, loadDescription } from "../../data/description/load-description.js";
import { columnOf } from "../../data/description/schema.js";
import type { DataOptions } from "./data-options.js";
import { MatchCache, type SearchedDataset } from "./row-matches.js";
import { RowSplits } from "./row-splits.js";

/** A data set whose rows can be read in any order. */
export interface OpenDataset extends SearchedDataset {
  readonly matches: MatchCache;
}

/** Data sets that are kept open; what was used longest ago goes first, and is opened again from its index in a moment. */
const mostOpen = 8;

/** Descriptions that pages look at, each opened once, until the description or a file of its source changes. */
export class OpenDatasets {
  /** In the order of their last use. */
  private readonly entries = new Map<string, { readonly stamp: string; readonly opening: Promise<OpenDataset> }>();

  /** @throws PromptTuningError data, stopped. */
  async open(file: string, options: DataOptions): Promise<OpenDataset> {
    const dataset = await loadDescription(file);
    const stamp = await stampOf(dataset);
    const there = this.entries.get(file);
    if (there?.stamp === stamp) {
      this.entries.delete(file);
      this.entries.set(file, there);
      // Somebody else may have cancelled it.
      const opened = await there.opening.catch(() => undefined);
      if (opened) return opened;
    }
    const opening = openDataset(dataset, options);
    const entry = { stamp, opening };
    this.entries.set(file, entry);
    opening.catch(() => this.entries.get(file) === entry && this.entries.delete(file));
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= mostOpen) break;
      this.entries.delete(oldest);
    }
    return opening;
  }
}

async function openDataset(dataset: LoadedDescription, options: DataOptions): Promise<OpenDataset> {
  const table = await openDatasetTable(dataset, options);
  const splits = await RowSplits.of(dataset, table, options);
  return { ...dataset, table, splits, matches: new MatchCache(), labelColumn: columnOf(dataset.description, "label") };
}

/** Another one where the description or a file of its source has changed. */
async function stampOf({ description, file, folder }: LoadedDescription): Promise<string> {
  const { source } = description;
  const paths = [file, ...(source.type === "files" ? source.files.map((each) => path.resolve(folder, each.path)) : [])];
  const found = await Promise.all(paths.map((each) => stat(each).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => "missing")));
  return found.join("\n");
}
