import type { DatasetDescription, SplitCount } from "../../../data/description/schema.js";
import { describeReading } from "../../../data/reading/reading.js";
import { excerpt } from "../../output/harmless.js";
import { bytes, count } from "../../output/numbers.js";
import { table } from "../../output/table.js";

/** Labels and columns beyond which a screen would be full. */
const mostLabels = 12;
const mostColumns = 30;

/** What a description says, in lines for a person. */
export function describeLines({ name, source, columns, splits, counts }: DatasetDescription): string[] {
  const files = source.type === "sample" ? [] : source.files;
  const from = source.type === "hub" ? `${source.repo} at ${source.revision.slice(0, 8)}` : source.type === "sample" ? `the sample ${source.sample}` : count(files.length, "file");
  return [
    `${excerpt(name, 100)}: ${count(counts.reduce((sum, each) => sum + each.rows, 0), "row")} of ${excerpt(from, 100)}`,
    "",
    ...(files.length > 0 ? [...table([{ title: "file" }, { title: "split" }, { title: "rows", right: true }, { title: "size", right: true }, { title: "read as" }], files.map((file) => [excerpt(file.path, 60), file.split ?? (splits ? "by rule" : "train"), file.rows.toLocaleString("en"), bytes(file.size), describeReading(file.reading)])), ""] : []),
    ...table([{ title: "column" }, { title: "is" }], columns.slice(0, mostColumns).map((column) => [excerpt(column.name, 60), column.role ?? "–"])),
    ...(columns.length > mostColumns ? [`  and ${count(columns.length - mostColumns, "more column")}`] : []),
    "",
    ...splitLines(counts),
    ...(splits ? ["", `  Split by rule: ${splits.type}${splits.type === "grouped" ? ` by ${excerpt(splits.column, 60)}` : ""}, shares ${splits.shares.train} / ${splits.shares.validation} / ${splits.shares.test}, seed ${splits.seed}.`] : []),
  ];
}

/** Rows and labels of the splits. */
export function splitLines(counts: readonly SplitCount[]): string[] {
  return table(
    [{ title: "split" }, { title: "rows", right: true }, { title: "labels" }],
    counts.map(({ split, rows, labels }) => [split, rows.toLocaleString("en"), labels ? labelText(labels) : "–"]),
  );
}

function labelText(labels: readonly { label: string; rows: number }[]): string {
  const shown = labels.slice(0, mostLabels).map(({ label, rows }) => `${excerpt(label, 30) || '""'} ${rows.toLocaleString("en")}`);
  return [...shown, ...(labels.length > mostLabels ? [`and ${labels.length - mostLabels} more labels`] : [])].join(", ");
}
