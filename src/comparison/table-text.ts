/** A table of texts as CSV (RFC 4180). A text that a spreadsheet would take for a formula is told to be text by a leading apostrophe. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}

function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** A table of texts as Markdown, the first row its head. Columns of numbers are set to the right. */
export function toMarkdown([head, ...body]: readonly (readonly string[])[], numeric: readonly boolean[]): string {
  const line = (row: readonly string[]): string => `| ${row.map(markdownCell).join(" | ")} |\n`;
  const rule = `| ${head.map((_, at) => (numeric[at] ? "---:" : "---")).join(" | ")} |\n`;
  return line(head) + rule + body.map(line).join("");
}

/** One line, with nothing left that Markdown would make a cell, markup or a link of. */
function markdownCell(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\|`*_[\]<>#~]/g, "\\$&").trim();
}
