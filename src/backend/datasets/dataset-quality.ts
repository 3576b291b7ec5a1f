import { PromptTuningError } from "../../common/errors.js";
import { openDatasetRows } from "../../data/description/dataset-parts.js";
import { splitParts } from "../../data/description/split-parts.js";
import { textColumns } from "../../data/description/text-columns.js";
import type { ColumnProfile } from "../../data/quality/column-profile.js";
import { findDuplicates } from "../../data/quality/find-duplicates.js";
import { profileRows } from "../../data/quality/profile-rows.js";
import { TokenLengthCounter, type TokenLengths } from "../../data/quality/token-lengths.js";
import { ColumnPicker, type DataPart, forEachRow, type Rows, type VisitedRow } from "../../data/row-stream.js";
import { splitNames } from "../../data/split-names.js";
import type { DatasetQuality } from "../../protocol/backend/datasets.js";
import type { DataOptions } from "./data-options.js";
import type { OpenDataset } from "./open-datasets.js";

/** Type, missing values and balance of the columns, in one pass. @throws PromptTuningError data, stopped. */
export async function profileColumns(dataset: OpenDataset, options: DataOptions): Promise<ColumnProfile[]> {
  return (await profileRows(wholePart(dataset, options), { texts: [], signal: options.signal })).columns;
}

/** Lengths of a column's texts in tokens. @param limits lengths about which is asked how many texts are longer. */
export async function columnLengths(dataset: OpenDataset, column: string, limits: readonly number[], countTokens: (text: string) => number, options: DataOptions): Promise<TokenLengths> {
  if (!dataset.table.columns.includes(column)) throw new PromptTuningError("data", `There is no column "${column}".`, { advice: "Choose another one." });
  const counter = new TokenLengthCounter(([text]) => countTokens(text), { limits });
  const picker = new ColumnPicker([column]);
  const add = (row: VisitedRow): void => {
    const [cell] = picker.pick(row);
    if (cell !== null) counter.add([cell]);
  };
  await forEachRow(wholePart(dataset, options).open, add, { signal: options.signal });
  return counter.result();
}

/** One pass for characters and hints, three for duplicates. */
const passes = 4;

/** Duplicates within and across splits, labels that contradict each other, suspicious characters, hints of personal data. */
export async function datasetQuality(dataset: OpenDataset, { signal, progress, cache }: DataOptions): Promise<DatasetQuality> {
  const columns = textColumns(dataset.description);
  if (columns.length === 0) throw new PromptTuningError("data", "No column is a text.", { advice: "Say what the columns are for: Prompt Tuning: Choose Columns…." });
  const parts = await splitParts(dataset, { signal, progress });
  const total = passes * dataset.table.rowCount;
  let done = 0;
  const options = { signal, onRows: (count: number): void => progress?.(Math.min(total, (done += count)), total) };
  const { suspicious, personalData } = await profileRows(wholePart(dataset, { cache }), { ...options, texts: columns });
  const { report } = await findDuplicates(parts, { ...options, columns, label: dataset.labelColumn });
  return {
    columns,
    duplicates: report,
    // Numbers in the whole data set, so that each row can be shown.
    rows: report.listed.map(({ members }) => members.map(({ part, row }) => dataset.splits.nth(splitNames.find((split) => split === part)!, row))),
    suspicious,
    personal: personalData,
  };
}

/** All rows as one stream, their cells in the order of the table's columns, whatever order each file has. */
function wholePart(dataset: OpenDataset, options: DataOptions): DataPart {
  const { columns } = dataset.table;
  return {
    name: dataset.description.name,
    open: async function* (signal): AsyncGenerator<Rows> {
      for await (const batch of openDatasetRows(dataset, { ...options, signal })) {
        const places = columns.map((column) => batch.columns.indexOf(column));
        const ordered = places.every((place, at) => place === at);
        yield { columns, rows: ordered ? batch.rows : batch.rows.map((cells) => places.map((place) => (place < 0 ? null : (cells[place] ?? null)))) };
      }
    },
  };
}
