import { PromptTuningError } from "../../common/errors.js";
import { mostColumns } from "./row-batch.js";

/** The names of the columns. @throws PromptTuningError data: too many, two of one name, a .tsv file in quotes. */
export function delimitedHeader(file: string, reading: { readonly quotes: boolean }, cells: readonly string[]): string[] {
  if (cells.length > mostColumns) {
    throw new PromptTuningError("data", `${file} has ${cells.length} columns.`, { file, line: 1, reason: `At most ${mostColumns} are read.`, advice: "Keep only the columns that are needed." });
  }
  if (!reading.quotes && cells.every((cell) => /^".*"$/s.test(cell))) {
    throw new PromptTuningError("data", `The cells of ${file} are in quotes.`, {
      file,
      line: 1,
      reason: "In .tsv files quotation marks are ordinary characters.",
      advice: "Write the file without quotes, or as .csv with commas.",
    });
  }
  // Index columns of spreadsheets and data frames have no name.
  const columns = cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column)) throw new PromptTuningError("data", `${file} has two columns "${column}".`, { file, line: 1, advice: "Rename one of them." });
    seen.add(column);
  }
  return columns;
}
