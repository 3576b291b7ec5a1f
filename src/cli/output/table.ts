/** A table in plain text: columns as wide as their widest cell, two spaces between, numbers to the right. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths = columns.map(({ title }, at) => Math.max(...[title, ...rows.map((row) => row[at])].map(displayWidth)));
  const line = (cells: readonly string[]): string =>
    indent +
    cells
      .map((cell, at) => (columns[at].right ? " ".repeat(widths[at] - displayWidth(cell)) + cell : cell + " ".repeat(widths[at] - displayWidth(cell))))
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ title }) => title)), indent + widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)];
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** Columns of a terminal that a text takes: ideographs and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** A text cut to so many columns; "…" stands for the rest. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = wide.test(segment) ? 2 : 1;
    if (width + next > columns - 1) break;
    kept += segment;
    width += next;
  }
  return `${kept}…`;
}
