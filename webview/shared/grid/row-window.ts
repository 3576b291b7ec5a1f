/** Rows that are fetched together. */
export const rowsInPage = 64;
/** Pages that are kept: what lies further back is fetched again. */
const mostPages = 32;

export type FetchRows<Row> = (from: number, count: number, signal: AbortSignal) => Promise<readonly Row[]>;

/** The part of a long table that a page holds: pages of rows around what is in sight, fetched as they are needed. */
export class RowWindow<Row> {
  /** In the order of their last use, the latest last. */
  private readonly pages = new Map<number, readonly Row[]>();
  private readonly underWay = new Map<number, AbortController>();
  private failed = false;

  constructor(
    readonly total: number,
    private readonly fetch: FetchRows<Row>,
    private readonly onChange: (problem?: unknown) => void,
  ) {}

  /** Undefined while it is on its way. */
  at(row: number): Row | undefined {
    return this.pages.get(Math.floor(row / rowsInPage))?.[row % rowsInPage];
  }

  /** Fetches what is missing of the rows in sight; what is not in sight any more is given up. */
  want(first: number, count: number): void {
    if (this.failed) return;
    const from = Math.floor(Math.max(0, first) / rowsInPage);
    const to = Math.floor(Math.max(0, Math.min(this.total, first + count) - 1) / rowsInPage);
    for (const [page, controller] of this.underWay) {
      if (page >= from && page <= to) continue;
      this.underWay.delete(page);
      controller.abort();
    }
    for (let page = from; page <= to && page * rowsInPage < this.total; page++) this.use(page);
  }

  dispose(): void {
    for (const controller of this.underWay.values()) controller.abort();
    this.underWay.clear();
    this.failed = true;
  }

  /** Rows in memory. */
  get size(): number {
    let size = 0;
    for (const rows of this.pages.values()) size += rows.length;
    return size;
  }

  private use(page: number): void {
    const there = this.pages.get(page);
    if (there) {
      this.pages.delete(page);
      this.pages.set(page, there);
      return;
    }
    if (this.underWay.has(page)) return;
    const controller = new AbortController();
    this.underWay.set(page, controller);
    const from = page * rowsInPage;
    this.fetch(from, Math.min(rowsInPage, this.total - from), controller.signal).then(
      (rows) => {
        if (this.underWay.get(page) !== controller) return;
        this.underWay.delete(page);
        this.pages.set(page, rows);
        for (const oldest of this.pages.keys()) {
          if (this.pages.size <= mostPages) break;
          this.pages.delete(oldest);
        }
        this.onChange();
      },
      (problem: unknown) => {
        if (this.underWay.get(page) !== controller) return;
        // What cannot be read is told once, not again at every frame.
        this.dispose();
        this.onChange(problem);
      },
    );
  }
}
