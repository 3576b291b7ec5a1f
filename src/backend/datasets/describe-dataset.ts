import { splitNames } from "../../data/dataset.js";
import { describeReading } from "../../data/reading/reading.js";
import type { OpenedDataset } from "../../protocol/backend/datasets.js";
import type { OpenDataset } from "./open-datasets.js";

/** An open data set as pages and lists show it: its rows as they are now, its labels as they were counted when it was described. */
export function describeDataset({ description, table, splits }: OpenDataset): OpenedDataset {
  const { source } = description;
  const role = new Map(description.columns.map((column) => [column.name, column.role ?? null]));
  return {
    name: description.name,
    source: source.type,
    sourceNames: source.type === "files" ? source.files.map(({ path }) => path) : source.type === "hub" ? [source.repo] : [source.sample],
    readings: source.type === "sample" ? [] : [...new Set(source.files.map(({ reading }) => describeReading(reading)))],
    columns: table.columns.map((name) => ({ name, role: role.get(name) ?? null })),
    rule: description.splits ?? null,
    rows: table.rowCount,
    splits: splitNames.flatMap((split) => {
      const rows = splits.count(split);
      const counted = description.counts.find((each) => each.split === split);
      return rows === 0 ? [] : [{ split, rows, labels: counted?.labels ?? null }];
    }),
  };
}
