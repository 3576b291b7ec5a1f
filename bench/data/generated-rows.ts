import { RandomSource } from "../../src/common/random.js";
import type { OpenRows } from "../../src/data/row-stream.js";
import { rowsPerBatch } from "../../src/data/rows/row-batch.js";

const words = Array.from({ length: 20_000 }, (_, i) => {
  const random = RandomSource.fromSeed(i + 1);
  return Array.from({ length: 2 + random.integer(4) }, () => "bcdfghklmnprstvw"[random.integer(16)] + "aeiou"[random.integer(5)]).join("");
});
const labels = ["negative", "neutral", "positive"];
/** Of a thousand rows. */
const identical = 20;
const near = 10;

/**
 * Rows that look like labelled sentences: 4 to 32 words of a vocabulary whose frequent words come often. Two in a hundred
 * repeat an earlier row of the last thousand, one in a hundred repeats it with another last word. No row is kept: it is made
 * from its number.
 */
export function generatedRows(count: number): OpenRows {
  return function* () {
    const columns = ["id", "text", "label"];
    for (let first = 0; first < count; first += rowsPerBatch) {
      const rows: string[][] = [];
      for (let row = first; row < Math.min(count, first + rowsPerBatch); row++) rows.push([`row-${row}`, textOf(row), labels[row % 10 < 6 ? 2 : row % 10 < 9 ? 0 : 1]]);
      yield { columns, rows };
    }
  };
}

function textOf(row: number): string {
  const kind = row % 1000;
  if (row >= 1000 && kind < identical) return sentence(row - 500);
  if (row >= 1000 && kind < identical + near) return `${sentence(row - 500)} ${words[row % words.length]}`;
  return sentence(row);
}

function sentence(row: number): string {
  const random = RandomSource.fromSeed(row);
  const length = 4 + random.integer(29);
  let text = "";
  for (let i = 0; i < length; i++) text += (i === 0 ? "" : " ") + words[Math.floor(words.length * random.uniform() ** 3)];
  return text;
}
