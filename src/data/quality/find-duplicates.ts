import { breathe } from "../../common/breathe.js";
import { PromptTuningError } from "../../common/errors.js";
import { ColumnPicker, type DataPart, type PassOptions } from "../row-stream.js";
import { BandIndex } from "./band-index.js";
import { type DuplicateReport, type Likeness, likenesses } from "./duplicates-schema.js";
import { HashIndex } from "./hash-index.js";
import { countsOf, type LikenessCounts, sharedRows, summariseLikeness } from "./likeness-summary.js";
import { listGroups } from "./list-groups.js";
import { type Banding, candidateProbability, MinHash } from "./min-hash.js";
import { joinNearTexts } from "./near-texts.js";
import { shingleWords } from "./shingles.js";
import { readTextTable, type TextTable } from "./text-table.js";

export interface DuplicateOptions extends PassOptions {
  /** Columns whose texts are compared, joined. */
  readonly columns: readonly string[];
  /** Column of the label, for conflicts. */
  readonly label?: string;
  /**
   * Jaccard similarity from which on texts are near. At 0.7 two sentences of 20 words that differ in one word are near
   * (15 of 21 shingles are common).
   */
  readonly threshold?: number;
  /** Groups that are listed. */
  readonly mostListed?: number;
  /** Different texts that are searched for near ones; 80 bytes each. */
  readonly mostSearched?: number;
  readonly mostCompared?: number;
  readonly mostShingles?: number;
}

export interface Duplicates {
  readonly report: DuplicateReport;
  /** For every row, numbered through all parts, its group: rows of the same number are alike in the widest sense. −1 without text. */
  readonly groupOf: Int32Array;
}

/** A pair of similarity 0.7 is missed with probability (1 − 0.7⁴)²⁰ = 0.4 %, one of 0.8 with 0.003 %. */
const banding: Banding = { bands: 20, rows: 4 };
/** A row's parts are kept as the bits of a number. */
const mostParts = 31;

/**
 * Finds repeated and near rows within and across parts, rows that leak from one part into another, and groups whose rows
 * bear different labels. Reads every part twice, and a third time as far as the listed rows stand. The same data give the same report.
 * Memory: 12 bytes a row and about 110 a different text, and the shingles of candidates up to `mostShingles`.
 * @throws PromptTuningError data: a column is missing. stopped: the signal fired. usage: more than 31 parts.
 */
export async function findDuplicates(parts: readonly DataPart[], options: DuplicateOptions): Promise<Duplicates> {
  if (parts.length > mostParts) throw new PromptTuningError("usage", `At most ${mostParts} parts can be compared at once; there are ${parts.length}.`);
  const { threshold = 0.7, mostSearched = 10_000_000, mostCompared = 64, mostShingles = 48_000_000, mostListed = 100, signal } = options;
  const pickText = (): ColumnPicker => new ColumnPicker(options.columns);
  const label = options.label;
  const index = new BandIndex(banding);
  const minHash = new MinHash(banding.bands * banding.rows);
  const table = await readTextTable(
    parts,
    { text: pickText, label: label === undefined ? undefined : () => new ColumnPicker([label]) },
    (text, shingles) => {
      if (text < mostSearched) index.add(minHash.of(shingles));
    },
    options,
  );
  const near = await joinNearTexts(parts, pickText, table, index, { ...options, threshold, mostCompared, mostShingles });

  const counts = {} as Record<Likeness, LikenessCounts>;
  const shared = {} as Record<Likeness, number[][]>;
  const identical = identicalRows(table);
  const groupOf = new Int32Array(table.rows);
  for (let row = 0; row < groupOf.length; row++) groupOf[row] = table.texts.at(row) < 0 ? -1 : near.clusters.of(table.texts.at(row));
  const numbering: Record<Likeness, { idOf: (row: number) => number; size: number }> = {
    identical: { idOf: (row) => identical.ids[row], size: identical.size },
    sameLetters: { idOf: (row) => table.texts.at(row), size: table.textCount },
    near: { idOf: (row) => groupOf[row], size: table.textCount },
  };
  for (const likeness of likenesses) {
    await breathe(signal, "Looking for duplicates");
    const summary = summariseLikeness(table, numbering[likeness].idOf, numbering[likeness].size);
    counts[likeness] = countsOf(summary);
    shared[likeness] = sharedRows(table, summary);
  }
  const byLikeness = (value: (likeness: Likeness) => number): Record<Likeness, number> => ({ identical: value("identical"), sameLetters: value("sameLetters"), near: value("near") });
  return {
    groupOf,
    report: {
      rows: table.rows,
      empty: groupOf.reduce((sum, group) => sum + (group < 0 ? 1 : 0), 0),
      repeats: byLikeness((likeness) => counts[likeness].repeats),
      groups: byLikeness((likeness) => counts[likeness].groups),
      conflicts: byLikeness((likeness) => counts[likeness].conflicts),
      leaks: parts.flatMap(({ name: of }, a) =>
        parts.slice(a + 1).flatMap(({ name: part }, i) => {
          const b = a + 1 + i;
          if (shared.near[b][a] === 0) return [];
          return [{ part, of, rows: byLikeness((likeness) => shared[likeness][b][a]), rowsOf: byLikeness((likeness) => shared[likeness][a][b]) }];
        }),
      ),
      listed: await listGroups(parts, pickText, table, { groupOf, identical: identical.ids, similarities: near.similarities }, mostListed, options),
      search: {
        threshold,
        shingleWords,
        bands: banding.bands,
        rowsPerBand: banding.rows,
        missedAtThreshold: 1 - candidateProbability(threshold, banding),
        textsNotSearched: table.textCount - index.size,
        textsNotKept: near.textsNotKept,
        textsCutShort: near.textsCutShort,
      },
    },
  };
}

/** Numbers the rows by text and print: identical rows share one. */
function identicalRows(table: TextTable): { ids: Int32Array; size: number } {
  const index = new HashIndex();
  const ids = new Int32Array(table.rows);
  for (let row = 0; row < ids.length; row++) {
    const text = table.texts.at(row);
    ids[row] = text < 0 ? -1 : index.numberOf(table.prints.at(row) >>> 0, text);
  }
  return { ids, size: index.size };
}
