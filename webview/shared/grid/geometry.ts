/** Sizes of a table of equally high rows, in CSS pixels. */
export interface GridSize {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height of the part in which rows are seen. */
  readonly viewport: number;
}

/** Browsers lay out nothing higher than some 33 million pixels (Chromium) or 17 million (Firefox): five million rows would be 140 million. */
export const tallestTrack = 8_000_000;

/** Height of all rows below each other. */
export const contentHeight = ({ rows, rowHeight }: GridSize): number => rows * rowHeight;

/** Height of what the scroll bar moves over: the rows' own, or less where they would be too high to lay out. */
export const trackHeight = (size: GridSize): number => Math.min(contentHeight(size), tallestTrack);

/** Whether the scroll bar moves over less than the rows: then a pixel of it is more than a pixel of them. */
export const isScaled = (size: GridSize): boolean => contentHeight(size) > tallestTrack;

/** Furthest place of the rows' upper edge. */
export const lastTop = (size: GridSize): number => Math.max(0, contentHeight(size) - size.viewport);

export function clampTop(size: GridSize, top: number): number {
  return Math.min(lastTop(size), Math.max(0, top));
}

/** Where the scroll bar stands when the rows are scrolled by `top`. */
export function trackTop(size: GridSize, top: number): number {
  if (!isScaled(size)) return top;
  return (top / lastTop(size)) * (trackHeight(size) - size.viewport);
}

/** How far the rows are scrolled when the scroll bar stands at `position`. */
export function topOfTrack(size: GridSize, position: number): number {
  if (!isScaled(size)) return clampTop(size, position);
  return clampTop(size, (position / (trackHeight(size) - size.viewport)) * lastTop(size));
}

/** The rows in sight: the first, how many, and by how much the first is cut at the top. */
export function rowsInSight(size: GridSize, top: number): { readonly first: number; readonly count: number; readonly cut: number } {
  const first = Math.floor(top / size.rowHeight);
  const cut = top - first * size.rowHeight;
  return { first, count: Math.max(0, Math.min(size.rows - first, Math.ceil((size.viewport + cut) / size.rowHeight))), cut };
}

/** The nearest scrolling at which a row is wholly in sight. */
export function topToReveal(size: GridSize, top: number, row: number): number {
  const above = row * size.rowHeight;
  const below = above + size.rowHeight - size.viewport;
  return clampTop(size, top > above ? above : top < below ? below : top);
}
