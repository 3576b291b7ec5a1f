import { fingerprint, splitNames, type Dataset, type DatasetNotice } from "./dataset.js";
import { countsOf, sharedRows, summariseLikeness } from "./quality/likeness-summary.js";
import { TextTable } from "./quality/text-table.js";

/** Notices about rows that stand in two splits, and about equal texts of train that bear different answers. */
export function overlapNotices(splits: Dataset["splits"]): DatasetNotice[] {
  const table = tableOf(splits, splitNames);
  const shared = sharedRows(table, summarise(table));
  const notices: DatasetNotice[] = [];
  for (const [of, earlier] of splitNames.entries()) {
    for (const [part, name] of splitNames.entries()) {
      const rows = part > of ? shared[part][of] : 0;
      if (rows > 0) notices.push({ code: "leak", text: `${rows} of the ${splits[name]!.length} rows of ${name} also stand in ${earlier}: figures on ${name} flatter.` });
    }
  }
  const train = tableOf(splits, ["train"]);
  const { conflicts: torn } = countsOf(summarise(train));
  if (torn > 0) notices.push({ code: "contradiction", text: `${torn} text${torn === 1 ? "" : "s"} of train stand${torn === 1 ? "s" : ""} there with different labels.` });
  return notices;
}

/** The rows of some splits; rows of one fingerprint share a text's number. */
function tableOf(splits: Dataset["splits"], names: readonly (typeof splitNames)[number][]): TextTable {
  const table = new TextTable();
  const texts = new Map<string, number>();
  const labels = new Map<string, number>();
  const number = (numbers: Map<string, number>, key: string): number => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  };
  for (const name of names) {
    for (const example of splits[name] ?? []) {
      table.texts.push(number(texts, fingerprint(example)));
      table.labels.push(example.label === undefined ? -1 : number(labels, example.label));
    }
    table.starts.push(table.rows);
  }
  table.textCount = texts.size;
  return table;
}

function summarise(table: TextTable): ReturnType<typeof summariseLikeness> {
  return summariseLikeness(table, (row) => table.texts.at(row), table.textCount);
}
