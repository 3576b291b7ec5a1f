import { CsvError, parse } from "csv-parse/sync";
import { type Separator, separators } from "./reading.js";

/** Rows that are looked at. */
const looked = 50;

/**
 * The separator of a CSV: the one that cuts the first rows into the same number of cells, two or more; of several the one
 * with the most cells. Comma where none does (a table of one column).
 * @param text the file's beginning.
 */
export function findSeparator(text: string): Separator {
  let best: { separator: Separator; cells: number; even: boolean } | undefined;
  for (const separator of separators) {
    const rows = firstRows(text, separator);
    const cells = rows[0]?.length ?? 0;
    if (cells < 2) continue;
    const even = rows.every((row) => row.length === cells);
    if (!best || (even && !best.even) || (even === best.even && cells > best.cells)) best = { separator, cells, even };
  }
  return best?.separator ?? ",";
}

function firstRows(text: string, separator: Separator): string[][] {
  const rows: string[][] = [];
  // A cut falls into the last line: it is left out where there is another.
  const end = text.lastIndexOf("\n");
  try {
    parse(end > 0 ? text.slice(0, end) : text, {
      delimiter: separator,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      to: looked,
      record_delimiter: ["\r\n", "\n"],
      on_record: (row: string[]) => {
        rows.push(row);
        return null;
      },
    });
  } catch (error) {
    // A quoted cell is cut: the rows before it are enough.
    if (!(error instanceof CsvError)) throw error;
  }
  return rows;
}
