import { breathe } from "../common/breathe.js";
import { PromptTuningError } from "../common/errors.js";
import { nearestOf } from "../common/nearest.js";
import type { Cell, RowBatch } from "./rows/row-batch.js";

/** What analysing and shaping need of a batch. */
export type Rows = Pick<RowBatch, "columns" | "rows">;

/** A stream of rows that can be read again from its beginning, and gives the same rows each time. */
export type OpenRows = (signal?: AbortSignal) => AsyncIterable<Rows> | Iterable<Rows>;

/** Rows with a name of their own, such as a split. */
export interface DataPart {
  readonly name: string;
  readonly open: OpenRows;
}

export interface PassOptions {
  readonly signal?: AbortSignal;
  /** Rows so far, of all passes together. */
  readonly onRows?: (count: number) => void;
}

/** A row of a stream, valid during the visit. */
export interface VisitedRow {
  /** 0-based number in the stream. */
  readonly row: number;
  readonly cells: readonly Cell[];
  readonly columns: readonly string[];
}

/** Visits every row in order until the visitor says false; lets messages through between batches. @throws PromptTuningError stopped. */
export async function forEachRow(open: OpenRows, visit: (row: VisitedRow) => boolean | void, { signal, onRows }: PassOptions = {}): Promise<void> {
  let row = 0;
  for await (const { columns, rows } of open(signal)) {
    for (const cells of rows) if (visit({ row: row++, cells, columns }) === false) return;
    onRows?.(rows.length);
    await breathe(signal, "Looking through the data");
  }
}

/** Picks named columns out of rows whose columns may grow. */
export class ColumnPicker {
  private places: number[] = [];
  private known: readonly string[] | undefined;
  private readonly seen = new Set<string>();

  constructor(private readonly names: readonly string[]) {}

  /** The cells of the named columns; null where the row has no value. */
  pick({ columns, cells }: VisitedRow): Cell[] {
    if (columns !== this.known) {
      this.known = columns;
      this.places = this.names.map((name) => columns.indexOf(name));
      this.names.forEach((name, i) => this.places[i] >= 0 && this.seen.add(name));
    }
    return this.places.map((place) => (place < 0 ? null : (cells[place] ?? null)));
  }

  /** To be called at the end of a stream that had rows. @throws PromptTuningError data: a column never came. */
  requireAll(part: string): void {
    const columns = this.known;
    const missing = columns && this.names.find((name) => !this.seen.has(name));
    if (missing === undefined) return;
    const nearest = nearestOf(missing, columns!);
    throw new PromptTuningError("data", `${part} has no column "${missing}".`, {
      reason: `Its columns are ${columns!.slice(0, 20).map((name) => `"${name}"`).join(", ")}${columns!.length > 20 ? ` and ${columns!.length - 20} more` : ""}.`,
      advice: nearest === undefined ? "Choose one of them." : `Did you mean "${nearest}"?`,
    });
  }
}

/** The text that rows are compared by: the cells one below the other. */
export function joinCells(cells: readonly Cell[]): string {
  return cells.length === 1 ? (cells[0] ?? "") : cells.map((cell) => cell ?? "").join("\n");
}
