import { type SplitName, splitNames } from "../dataset.js";
import type { OpenRows } from "../row-stream.js";
import { type Cell, rowsPerBatch } from "../rows/row-batch.js";

/** How often each row of a stream is taken. */
export interface RowCopies {
  readonly copies: Uint32Array;
}

/** The rows of a stream as often as is said, copies behind each other. */
export function takeRows(open: OpenRows, copiesOf: (row: number) => number): OpenRows {
  return async function* (signal) {
    let row = 0;
    for await (const { columns, rows } of open(signal)) {
      let taken: (readonly Cell[])[] = [];
      for (const cells of rows) {
        for (let copies = copiesOf(row++); copies > 0; copies--) {
          taken.push(cells);
          if (taken.length < rowsPerBatch) continue;
          yield { columns, rows: taken };
          taken = [];
        }
      }
      if (taken.length > 0) yield { columns, rows: taken };
    }
  };
}

/** The rows of one split. */
export function rowsOfSplit(open: OpenRows, splitOf: Uint8Array, split: SplitName): OpenRows {
  const number = splitNames.indexOf(split);
  return takeRows(open, (row) => (splitOf[row] === number ? 1 : 0));
}
