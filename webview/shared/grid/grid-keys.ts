/** A cell of a grid; row and column are 0-based. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

export interface GridExtent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that Page Up and Page Down move by. */
  readonly page: number;
}

/** Where a key leads to, as the ARIA authoring practices have it for grids; undefined for keys that move nothing. */
export function moveInGrid(key: string, control: boolean, { row, column }: GridPlace, { rows, columns, page }: GridExtent): GridPlace | undefined {
  const place = (toRow: number, toColumn: number): GridPlace => ({ row: Math.min(rows - 1, Math.max(0, toRow)), column: Math.min(columns - 1, Math.max(0, toColumn)) });
  switch (key) {
    case "ArrowDown":
      return place(control ? rows - 1 : row + 1, column);
    case "ArrowUp":
      return place(control ? 0 : row - 1, column);
    case "ArrowRight":
      return place(row, control ? columns - 1 : column + 1);
    case "ArrowLeft":
      return place(row, control ? 0 : column - 1);
    case "PageDown":
      return place(row + page, column);
    case "PageUp":
      return place(row - page, column);
    case "Home":
      return control ? place(0, 0) : place(row, 0);
    case "End":
      return control ? place(rows - 1, columns - 1) : place(row, columns - 1);
    default:
      return undefined;
  }
}
