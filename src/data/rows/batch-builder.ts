import { type Cell, type RowBatch, type RowPlace, rowsPerBatch } from "./row-batch.js";

/** Collects rows and hands out batches of `rowsPerBatch`. */
export class BatchBuilder {
  private rows: (readonly Cell[])[] = [];
  private lines: number[] = [];
  private first: number;
  private readonly full: RowBatch[] = [];

  /** @param columns grows while rows come in: each batch gets those known by then. */
  constructor(
    private readonly columns: () => readonly string[],
    from: RowPlace | undefined,
  ) {
    this.first = from?.row ?? 0;
  }

  /** Rows so far, before the next one. */
  get count(): number {
    return this.first + this.rows.length;
  }

  /** @param next is asked for only where a batch ends. */
  add(row: readonly Cell[], line: number, next: () => Omit<RowPlace, "row">): void {
    this.rows.push(row);
    this.lines.push(line);
    if (this.rows.length === rowsPerBatch) this.close(next());
  }

  /** The batches that are complete. */
  *take(): Generator<RowBatch> {
    while (this.full.length > 0) yield this.full.shift()!;
  }

  /** The batches that are complete and the last one. */
  *finish(next: Omit<RowPlace, "row">): Generator<RowBatch> {
    if (this.rows.length > 0) this.close(next);
    yield* this.take();
  }

  private close(next: Omit<RowPlace, "row">): void {
    this.full.push({ first: this.first, columns: this.columns(), rows: this.rows, lines: this.lines, next: { row: this.first + this.rows.length, ...next } });
    this.first += this.rows.length;
    this.rows = [];
    this.lines = [];
  }
}
