import { TextHash } from "../../common/text-hash.js";
import { type ColumnPicker, type DataPart, forEachRow, joinCells, type PassOptions } from "../row-stream.js";
import { foldText } from "../fold-text.js";
import { GrowingArray } from "./growing-array.js";
import { HashIndex } from "./hash-index.js";
import { shinglesOf, wordHashes } from "./shingles.js";
import { wordsOf } from "./words.js";

/** Labels whose names are kept for reports; there may be more (free text). */
const mostNames = 1000;

/** What is kept of every row of all parts: 12 bytes. Rows are numbered through all parts. */
export class TextTable {
  /** Number of the row's text: rows of the same letters and digits share one. −1 where there is no text. */
  readonly texts = new GrowingArray();
  /** 32 bits of the hash of the folded text: with the text's number it tells identical rows. */
  readonly prints = new GrowingArray();
  /** Number of the row's label, −1 without. */
  readonly labels = new GrowingArray();
  /** Names of the first labels by their number. */
  readonly labelNames: string[] = [];
  /** Where each part begins, and the end. */
  readonly starts: number[] = [0];
  textCount = 0;

  get rows(): number {
    return this.texts.length;
  }

  partOf(row: number): number {
    let part = 0;
    while (row >= this.starts[part + 1]) part++;
    return part;
  }
}

/**
 * Reads all parts once. @param pickers the text columns, and the label's where there is one.
 * @param onText gets each text when it comes first, in the order of their numbers.
 */
export async function readTextTable(
  parts: readonly DataPart[],
  pickers: { readonly text: () => ColumnPicker; readonly label?: () => ColumnPicker },
  onText: (text: number, shingles: Uint32Array) => void,
  options: PassOptions,
): Promise<TextTable> {
  const table = new TextTable();
  const texts = new HashIndex();
  const labels = new HashIndex();
  const hash = new TextHash();
  for (const { name, open } of parts) {
    const text = pickers.text();
    const label = pickers.label?.();
    await forEachRow(
      open,
      (row) => {
        const content = joinCells(text.pick(row));
        const { words, folded } = hashRow(content, hash);
        table.prints.push(folded);
        const number = content.trim() === "" ? -1 : texts.numberOf(hash.high, hash.low);
        table.texts.push(number);
        if (number === table.textCount) {
          table.textCount++;
          onText(number, shinglesOfWords(words, hash.low));
        }
        table.labels.push(label ? labelNumber(label.pick(row)[0], labels, hash, table.labelNames) : -1);
      },
      options,
    );
    text.requireAll(name);
    label?.requireAll(name);
    table.starts.push(table.rows);
  }
  return table;
}

/** Leaves the hash of the text's letters and digits in `hash`. */
export function hashRow(text: string, hash: TextHash): { words: readonly string[]; folded: number } {
  const folding = foldText(text);
  const folded = hash.of(folding).low;
  const words = wordsOf(folding);
  // A text without letters and digits is told by its other characters.
  if (words.length === 0) hash.of(folding, wordless);
  else {
    hash.begin();
    for (const word of words) hash.add(word);
    hash.end();
  }
  return { words, folded };
}

const wordless = 1;

/** A text without words has one shingle of its own: it is like no other text. */
export function shinglesOfWords(words: readonly string[], hash: number): Uint32Array {
  return words.length === 0 ? Uint32Array.of(hash) : shinglesOf(wordHashes(words));
}

function labelNumber(cell: string | null, labels: HashIndex, hash: TextHash, names: string[]): number {
  const label = (cell ?? "").trim();
  if (label === "") return -1;
  hash.of(label);
  const number = labels.numberOf(hash.high, hash.low);
  if (number === names.length && number < mostNames) names.push(label);
  return number;
}
